//! TLS to servers of others: by ring, and trusting whom browsers trust, so that it is the same on every machine.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use crate::error::{Error, Result};

/// How to speak to a server that shows a certificate.
pub fn to_servers() -> Result<ClientConfig> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Unexpected(format!("TLS cannot be spoken: {error}")))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
