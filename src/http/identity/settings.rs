//! What whoever runs the server says of the shop's identity provider.

use clap::Args;
use clap::builder::NonEmptyStringValueParser as NonEmpty;
use jsonwebtoken::Algorithm;

use super::claims::Expected;
use super::signature::parse_algorithm;
use super::source::Source;
use super::vocabulary::{ClaimNames, RoleWord};

/// The identity provider whose JWTs are taken beside our own tokens; none by default.
#[derive(Args, Clone, Debug, Default)]
pub struct Identity {
    /// The identity provider whose JWTs are taken as tokens: their claim `iss`, such as `https://id.example.com`.
    #[arg(
        long,
        env = "CASHABLE_JWT_ISSUER",
        value_name = "ISSUER",
        value_parser = NonEmpty::new(),
        requires = "jwt_audience",
        requires = "jwt_keys"
    )]
    jwt_issuer: Option<String>,

    /// For whom its JWTs must be meant: one of these in their claim `aud`; several with commas.
    #[arg(
        long,
        env = "CASHABLE_JWT_AUDIENCE",
        value_name = "AUDIENCE",
        value_parser = NonEmpty::new(),
        value_delimiter = ',',
        requires = "jwt_issuer"
    )]
    jwt_audience: Vec<String>,

    /// The provider's public keys, a JWKS: a file, or an https:// address that is asked again when a new key
    /// turns up.
    #[arg(
        long,
        env = "CASHABLE_JWT_KEYS",
        value_name = "FILE|ADDRESS",
        value_parser = Source::parse,
        requires = "jwt_issuer"
    )]
    jwt_keys: Option<Source>,

    /// By which algorithms JWTs may be signed: of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and
    /// EdDSA.
    #[arg(
        long,
        env = "CASHABLE_JWT_ALGORITHMS",
        value_name = "ALGORITHM",
        value_delimiter = ',',
        default_value = "RS256,ES256,EdDSA",
        value_parser = parse_algorithm
    )]
    jwt_algorithms: Vec<Algorithm>,

    /// By how many seconds the provider's clock may differ from ours, at most 300.
    #[arg(
        long,
        env = "CASHABLE_JWT_LEEWAY",
        value_name = "SECONDS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u16).range(..=300)
    )]
    jwt_leeway: u16,

    /// Which claims say who somebody is.
    #[command(flatten)]
    claims: ClaimNames,

    /// What the provider's words for roles mean here, as WORD=ROLE with role ADMIN, ANALYST or AFFILIATE;
    /// several with commas. Of several that somebody has, the one that may do most counts.
    #[arg(
        long,
        env = "CASHABLE_JWT_ROLES",
        value_name = "WORD=ROLE",
        value_delimiter = ',',
        default_value = "ADMIN=ADMIN,ANALYST=ANALYST,AFFILIATE=AFFILIATE",
        value_parser = RoleWord::parse
    )]
    jwt_roles: Vec<RoleWord>,
}

impl Identity {
    /// What JWTs must say, and where the keys come from that they are signed with.
    pub(super) fn provider(&self) -> Option<(Expected, Source)> {
        let expected = Expected {
            issuer: self.jwt_issuer.clone()?,
            audiences: self.jwt_audience.clone(),
            leeway_millis: i64::from(self.jwt_leeway) * 1_000,
            names: self.claims.clone(),
            roles: self.jwt_roles.clone(),
        };
        Some((expected, self.jwt_keys.clone()?))
    }

    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        self.jwt_algorithms.clone()
    }
}
