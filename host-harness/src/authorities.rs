//! Certificate authorities that services are trusted by: the platform's, and
//! those of a file, such as a company's own for its proxies and gateways.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

/// Authorities besides the platform's.
#[derive(Debug, Clone, Default)]
pub struct Authorities(Arc<[CertificateDer<'static>]>);

/// A file of authorities that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// It cannot be read.
    #[error("cannot read the CA file {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A certificate in it is damaged, or there is none.
    #[error("the CA file {path} {problem}")]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

impl Authorities {
    /// Reads the certificates of a file in PEM form.
    pub fn read(path: &Path) -> Result<Self, AuthorityError> {
        let pem = std::fs::read(path).map_err(|source| AuthorityError::File {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&pem).map_err(|problem| AuthorityError::Format {
            path: path.to_owned(),
            problem,
        })
    }

    fn parse(pem: &[u8]) -> Result<Self, String> {
        let mut found = Vec::new();
        // Tried here, so that a wrong file is told before any connection.
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let number = found.len() + 1;
            let wrong = |why: String| format!("cannot be used: certificate {number}: {why}");
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            let added = roots.add(certificate.clone());
            added.map_err(|error| wrong(error.to_string()))?;
            found.push(certificate);
        }
        match found.is_empty() {
            true => Err("holds no certificate in PEM form".into()),
            false => Ok(Self(found.into())),
        }
    }

    /// How TLS is spoken with services: trusting the platform's authorities and
    /// these.
    pub(crate) fn configure(&self) -> Result<ClientConfig, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let extra = self.0.iter().cloned();
        let verifier = Verifier::new_with_extra_roots(extra, provider.clone())?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        Ok(builder.with_no_client_auth())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_holds_no_authority_says_so() {
        let authority = rcgen::generate_simple_self_signed(vec!["ca.example".into()]).unwrap();
        let pem = authority.cert.pem();
        let damaged = pem.replace("MII", "NII");
        let cut = pem.replace("-----END CERTIFICATE-----", "");
        let cases = [
            ("", Some("holds no certificate")),
            ("no PEM", Some("holds no certificate")),
            (damaged.as_str(), Some("certificate 1")),
            (cut.as_str(), Some("certificate 1")),
            (pem.as_str(), None),
        ];
        for (text, expected) in cases {
            let problem = Authorities::parse(text.as_bytes()).err();
            match (problem, expected) {
                (None, None) => {}
                (Some(problem), Some(words)) => assert!(problem.contains(words), "{problem}"),
                other => panic!("{other:?}: {text}"),
            }
        }
        let two = Authorities::parse(format!("{pem}\n{pem}").as_bytes()).unwrap();
        assert_eq!(two.0.len(), 2);
    }
}
