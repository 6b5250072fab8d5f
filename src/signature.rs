//! Signatures of manifests: Ed25519 (RFC 8032). Keys are PEM files as OpenSSL writes and reads them, and signatures are
//! the plain 64 bytes, so that others can check them without this program:
//! `openssl pkeyutl -verify -pubin -inkey KEY.pub -rawin -in manifest.json -sigfile manifest.sig`.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::text::{Message, errors as say};

/// The file beside the manifest that holds its signature.
pub const SIGNATURE: &str = "manifest.sig";

/// What stands before the 32 bytes of a key in DER: PKCS #8 (RFC 8410) of the secret, the same standard's
/// `SubjectPublicKeyInfo` of the public one.
const SECRET_DER: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
const PUBLIC_DER: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
const SECRET_LABEL: &str = "PRIVATE KEY";
const PUBLIC_LABEL: &str = "PUBLIC KEY";
/// Bytes of a key file at most.
const LARGEST: u64 = 4096;

pub struct SecretKey(SigningKey);

/// A key that checks signatures.
pub struct PublicKey(VerifyingKey);

impl SecretKey {
    /// Makes a key of random bytes of the system.
    ///
    /// # Errors
    /// [`Error::Usage`] if the system has none.
    pub fn generate() -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| Error::usage(say::no_randomness(error), say::NO_RANDOMNESS_REMEDY))?;
        Ok(Self(SigningKey::from_bytes(&bytes)))
    }

    /// Reads a key.
    ///
    /// # Errors
    /// [`Error::Input`] if the file is not one, or others than its owner can read it; [`Error::Io`].
    pub fn read(path: &Path) -> Result<Self> {
        check_private(path)?;
        Ok(Self(SigningKey::from_bytes(&read_key(path, SECRET_LABEL, &SECRET_DER)?)))
    }

    /// Writes the key, readable by its owner only, and the public key beside it with `.pub` behind the name. Neither
    /// file may exist.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write_pair(&self, path: &Path) -> Result<PathBuf> {
        let public = path.with_added_extension("pub");
        if let Some(there) = [path, &public].into_iter().find(|path| path.symlink_metadata().is_ok()) {
            return Err(Error::output(there, say::KEY_EXISTS, say::KEY_EXISTS_REMEDY));
        }
        write_new(path, 0o600, &pem(SECRET_LABEL, &SECRET_DER, self.0.as_bytes()))?;
        write_new(&public, 0o644, &pem(PUBLIC_LABEL, &PUBLIC_DER, self.public().0.as_bytes()))?;
        Ok(public)
    }

    /// The key that checks its signatures.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl PublicKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`Error::Input`] if the file is not one; [`Error::Io`].
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = read_key(path, PUBLIC_LABEL, &PUBLIC_DER)?;
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| no_key(path, PUBLIC_LABEL))
    }

    /// Whether that is the signature of the message by the secret key.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }

    /// The first 16 digits of the SHA-256 of the key, by which people compare keys.
    pub fn fingerprint(&self) -> String {
        sha256(self.0.as_bytes()).chars().take(16).collect()
    }
}

fn pem(label: &str, der: &[u8], key: &[u8; 32]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode([der, key].concat()))
}

fn read_key(path: &Path, label: &str, der: &[u8]) -> Result<[u8; 32]> {
    let mut text = String::new();
    let file = crate::regular::open(path).map_err(Error::io(path, say::CANNOT_OPEN))?;
    if !file.metadata().map_err(Error::io(path, say::CANNOT_READ))?.is_file() {
        return Err(no_key(path, label));
    }
    file.take(LARGEST).read_to_string(&mut text).map_err(Error::io(path, say::CANNOT_READ))?;
    key_of(&text, label, der).ok_or_else(|| no_key(path, label))
}

fn key_of(text: &str, label: &str, der: &[u8]) -> Option<[u8; 32]> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (encoded, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let encoded: String = encoded.split_whitespace().collect();
    STANDARD.decode(encoded).ok()?.strip_prefix(der)?.try_into().ok()
}

fn no_key(path: &Path, label: &str) -> Error {
    Error::input(path, Message::verbatim(label), say::NO_KEY, say::NO_KEY_REMEDY)
}

/// Refuses a secret that others can read: whoever has it signs as its owner.
fn check_private(path: &Path) -> Result<()> {
    #[cfg(unix)]
    if std::fs::metadata(path)
        .is_ok_and(|file| std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o077 != 0)
    {
        return Err(Error::input(
            path,
            Message::verbatim(SECRET_LABEL),
            say::KEY_NOT_PRIVATE,
            say::KEY_NOT_PRIVATE_REMEDY,
        ));
    }
    Ok(())
}

fn write_new(path: &Path, mode: u32, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path).map_err(Error::io(path, say::CANNOT_CREATE))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::io(path, say::CANNOT_WRITE))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn a_signature_is_that_of_the_standard() {
        let bytes = |hex: &str| -> Vec<u8> {
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
        };
        let secret = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let public = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let signature = bytes(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        let key = SecretKey(SigningKey::from_bytes(&secret.try_into().unwrap()));
        assert_eq!(key.public().0.as_bytes().to_vec(), public);
        assert_eq!(key.sign(&[0x72]).to_vec(), signature);
        assert!(key.public().verifies(&[0x72], &signature));
        assert!(!key.public().verifies(&[0x73], &signature) && !key.public().verifies(&[0x72], &signature[..63]));
    }

    #[test]
    fn a_pair_is_written_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let key = SecretKey::generate().unwrap();
        let public = key.write_pair(&path).unwrap();
        assert!(key.write_pair(&path).unwrap_err().to_string().contains("exists"));
        let (again, public) = (SecretKey::read(&path).unwrap(), PublicKey::read(&public).unwrap());
        assert!(public.verifies(b"a", &again.sign(b"a")));
        assert_eq!(public.fingerprint(), key.public().fingerprint());
        assert!(PublicKey::read(&path).is_err() && SecretKey::read(&folder.path().join("key.pub")).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
            assert!(SecretKey::read(&path).map(drop).unwrap_err().to_string().contains("others"));
        }
    }
}
