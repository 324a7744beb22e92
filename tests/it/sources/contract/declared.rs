//! What a platform cannot do is said twice, by its `Kind` and by its fake, which was made from its public
//! description.

use super::super::fake::Fake;
use super::kind;

pub fn what_it_lacks_is_declared_alike<F: Fake>() {
    let kind = kind::<F>();
    let lacks = |list: &[_]| {
        let mut words: Vec<_> = list.iter().map(|lack| format!("{lack:?}")).collect();
        words.sort();
        words
    };
    assert_eq!(lacks(kind.lacks), lacks(F::LACKS));
    assert_eq!(kind.hooks.is_some(), F::HOOKS.is_some());
    assert_eq!(kind.account.is_some(), F::ACCOUNT.is_some());
    assert_eq!(kind.secret.is_some(), F::SECRET.is_some());
    assert!(kind.pull.is_some());
}
