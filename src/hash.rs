//! Maps and sets of names, quick to fill and to ask, and the digest that files are named by.
//!
//! The names come from the user's own files: nobody gains by making them collide, which is what std's hasher guards
//! against at several times the price.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map whose keys are names.
pub type NameMap<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// A set of names.
pub type NameSet<K> = HashSet<K, BuildHasherDefault<Quick>>;

/// Takes in eight bytes with one multiplication.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quick(u64);

impl Quick {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "each half is cut out of the product"
    )]
    fn mix(&mut self, word: u64) {
        // 2^64 divided by the golden ratio: odd, and its bits look random. A product's low half hardly depends on the
        // word's high bits, nor its high half on the low ones: both halves together depend on all.
        let product = u128::from(self.0 ^ word) * 0x9e37_79b9_7f4a_7c15;
        let [low, high] = [product, product >> 64].map(|half| half as u64);
        self.0 = low ^ high;
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        self.mix(
            rest.iter()
                .fold(0, |word, byte| word << 8 | u64::from(*byte)),
        );
    }

    fn write_u8(&mut self, byte: u8) {
        self.mix(u64::from(byte));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The SHA-1 of `bytes` in hexadecimal: what the AWS tools name their cache files by.
pub fn sha1_hex(bytes: &[u8]) -> String {
    sha1_smol::Sha1::from(bytes).digest().to_string()
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, BuildHasherDefault};

    use super::*;

    #[test]
    fn names_that_are_alike_spread() {
        let hasher = BuildHasherDefault::<Quick>::default();
        for form in ["team-", "", "a-long-prefix-of-a-company/", "12345678"] {
            let names = (0..10_000).map(|number| format!("{form}{number}"));
            let mut filled = vec![0_u8; 1 << 14];
            for name in names {
                let place = usize::try_from(hasher.hash_one(&name) % (1 << 14)).unwrap();
                filled[place] += 1;
            }
            let used = filled.iter().filter(|count| **count > 0).count();
            let most = filled.iter().max().unwrap();
            // Chance would use 7,500 places and put 7 names into the fullest.
            assert!(used > 5_000 && *most < 16, "{form}: {used}, {most}");
        }
    }
}
