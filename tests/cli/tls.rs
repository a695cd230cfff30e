//! TLS: certificates that fit and that do not, those of clients, and files that change under a running server.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};

use crate::process::{Server, complain, free_port, run, say};

/// A certificate authority.
struct Ca {
    certificate: Certificate,
    key: KeyPair,
}

/// What a certificate is made for.
const HERE: [&str; 2] = ["localhost", "127.0.0.1"];

impl Ca {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        Self { certificate: params.self_signed(&key).expect("signed"), key }
    }

    /// Writes a certificate and its key, valid until the end of this year.
    fn issue(&self, names: &[&str], year: i32, at: &Path) -> Files {
        let names = names.iter().map(|&name| name.into()).collect::<Vec<String>>();
        let mut params = CertificateParams::new(names).expect("names");
        (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(year, 12, 31));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.certificate, &self.key).expect("signed");
        let files = Files { certificate: at.with_extension("pem"), key: at.with_extension("key") };
        fs::write(&files.key, key.serialize_pem()).expect("written");
        fs::write(&files.certificate, certificate.pem()).expect("written");
        files
    }

    fn save(&self, at: PathBuf) -> String {
        fs::write(&at, self.certificate.pem()).expect("written");
        text(&at)
    }
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

fn text(path: &Path) -> String {
    path.to_str().expect("text").to_owned()
}

/// A folder with a CA, a certificate of it for this machine, and what the tests need to find them.
struct Place {
    folder: tempfile::TempDir,
    ca: Ca,
    ca_file: String,
    own: Files,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ca = Ca::new("first");
        let ca_file = ca.save(folder.path().join("ca.pem"));
        let own = ca.issue(&HERE, 4000, &folder.path().join("own"));
        Self { folder, ca, ca_file, own }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A server with the own certificate and these variables; its log is in `log`.
    fn start(&self, more: &[(&str, &str)]) -> Server {
        let (certificate, key) = (text(&self.own.certificate), text(&self.own.key));
        let mut all = vec![("ATRAD_TLS_CERT", &*certificate), ("ATRAD_TLS_KEY", &*key)];
        all.extend(more);
        Server::try_start(&self.at("data"), &all, fs::File::create(self.at("log")).expect("a log")).expect("started")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.at("log")).expect("a log")
    }

    /// The arguments of a call to a server that must have a certificate of this CA.
    fn call(&self, server: &Server, ca: &str, more: &[&str]) -> Vec<String> {
        let address = format!("https://{}", server.address);
        let arguments = ["status", "--server", &address, "--tls-ca", ca].into_iter().chain(more.iter().copied());
        arguments.map(str::to_owned).collect()
    }

    fn succeeds(&self, arguments: &[String]) {
        say(&self.at("client"), &arguments.iter().map(|word| &**word).collect::<Vec<_>>());
    }

    fn fails(&self, arguments: &[String]) -> String {
        complain(&self.at("client"), &arguments.iter().map(|word| &**word).collect::<Vec<_>>(), 1)
    }

    /// Tries until a call succeeds, or fails, as the server looks at its files once a second.
    fn until(&self, arguments: &[String], succeeds: bool) {
        let begun = Instant::now();
        let words: Vec<_> = arguments.iter().map(|word| &**word).collect();
        while run(&self.at("client"), &words).status.success() != succeeds {
            assert!(begun.elapsed() < Duration::from_secs(30), "{}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn until_logged(&self, part: &str) {
        let begun = Instant::now();
        while !self.log().contains(part) {
            assert!(begun.elapsed() < Duration::from_secs(30), "{part}: {}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

#[test]
fn a_server_is_known_by_its_certificate() {
    let place = Place::new();
    let server = place.start(&[]);
    let localhost = server.address.replace("127.0.0.1", "localhost");
    place.succeeds(&place.call(&server, &place.ca_file, &[]));
    say(&place.at("client"), &["status", "--server", &format!("https://{localhost}"), "--tls-ca", &place.ca_file]);
    // Plain text, no CA that is known, another CA.
    complain(&place.at("client"), &["status", "--server", &server.address], 1);
    complain(&place.at("client"), &["status", "--server", &format!("https://{localhost}")], 1);
    let other = Ca::new("other").save(place.at("other.pem"));
    let told = place.fails(&place.call(&server, &other, &[]));
    assert!(told.contains("cannot connect to server https://127.0.0.1:") && told.contains("certificate"), "{told}");
    place.succeeds(&place.call(&server, &place.ca_file, &[]));
    assert!(place.log().contains("own.pem is valid for"), "{}", place.log());
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_certificate_of_another_host_is_refused_unless_it_is_asked_for() {
    let place = Place::new();
    place.ca.issue(&["atrad.example"], 4000, &place.at("own"));
    let server = place.start(&[]);
    let told = place.fails(&place.call(&server, &place.ca_file, &[]));
    assert!(told.contains("not valid for name") && told.contains("atrad.example"), "{told}");
    place.succeeds(&place.call(&server, &place.ca_file, &["--tls-name", "atrad.example"]));
}

#[test]
fn clients_without_a_certificate_are_refused_where_one_is_asked_for() {
    let place = Place::new();
    let server = place.start(&[("ATRAD_TLS_CLIENT_CA", &place.ca_file)]);
    // In TLS 1.3 a client has finished its handshake before the server refuses it, and may see no more than the end.
    place.fails(&place.call(&server, &place.ca_file, &[]));
    place.until_logged("TLS handshake");
    let log = place.log();
    assert!(log.contains("REFUSED") && log.contains("atrad::audit"), "{log}");
    let with = |files: &Files| {
        let [certificate, key] = [&files.certificate, &files.key].map(|path| text(path));
        place.call(&server, &place.ca_file, &["--client-cert", &certificate, "--client-key", &key])
    };
    place.succeeds(&with(&place.ca.issue(&["desk"], 4000, &place.at("client"))));
    place.fails(&with(&Ca::new("other").issue(&["desk"], 4000, &place.at("stranger"))));
    place.fails(&with(&place.ca.issue(&["desk"], 2002, &place.at("late"))));
    // Files of the client that are not there.
    let told = place.fails(&place.call(&server, "/none.pem", &[]));
    assert!(told.contains("/none.pem: No such file"), "{told}");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn files_that_change_are_loaded_and_mistakes_are_told() {
    let place = Place::new();
    let server = place.start(&[]);
    let (own, second) = (place.at("own"), Ca::new("second"));
    let second_file = second.save(place.at("second.pem"));
    let [first, new] = [&place.ca_file, &second_file].map(|ca| place.call(&server, ca, &[]));
    place.succeeds(&first);
    fs::write(&place.own.key, "no key").expect("written");
    place.until_logged("TLS files not reloaded, those in force stay: TLS key");
    fs::remove_file(&place.own.certificate).expect("there");
    place.until_logged("cannot read TLS certificate");
    place.succeeds(&first);
    // A certificate that another key belongs to.
    let [one, other] = ["one", "other"].map(|name| second.issue(&HERE, 4000, &place.at(name)));
    fs::copy(&one.key, &place.own.key).expect("copied");
    fs::copy(&other.certificate, &place.own.certificate).expect("copied");
    place.until_logged("cannot be used with key");
    place.succeeds(&first);
    second.issue(&HERE, 4000, &own);
    place.until(&new, true);
    place.fails(&first);
    // A connection that is open goes on; new ones have the new certificate.
    second.issue(&HERE, 2002, &own);
    place.until_logged("days ago: clients will refuse it");
    let told = place.fails(&new);
    assert!(told.contains("expired"), "{told}");
    second.issue(&HERE, 4000, &own);
    place.until(&new, true);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_cannot_be_used_is_told_at_the_start() {
    let place = Place::new();
    let data = place.at("data");
    let refused = |certificate: &Path, key: &Path, more: &[&str]| {
        let (certificate, key) = (text(certificate), text(key));
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--tls-cert", &certificate, "--tls-key", &key];
        let told = complain(&data, &[&arguments[..], more].concat(), 1);
        assert!(!data.join("LOCK").exists(), "it is refused before anything is opened");
        told
    };
    let Files { certificate, key } = &place.own;
    for (certificate, key, part) in [
        (&place.at("none"), key, "cannot read TLS certificate"),
        (certificate, &place.at("none"), "cannot read TLS key"),
        (key, key, "no certificate in PEM"),
        (certificate, certificate, "no private key in PEM"),
        (&PathBuf::from(&place.ca_file), key, "cannot be used with key"),
    ] {
        let told = refused(certificate, key, &[]);
        assert!(told.contains(part), "{told}");
    }
    assert!(refused(certificate, key, &["--tls-client-ca", &text(key)]).contains("TLS client CA"));
    // An expired one is told, and served: who replaces it needs no restart.
    place.ca.issue(&HERE, 2002, &place.at("own"));
    let free = format!("127.0.0.1:{}", free_port());
    let server = place.start(&[("ATRAD_METRICS_LISTEN", &free)]);
    assert!(place.log().contains("days ago: clients will refuse it"), "{}", place.log());
    let mut scrape = TcpStream::connect(&free).expect("connected");
    scrape.write_all(b"GET /metrics HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").expect("sent");
    let mut metrics = String::new();
    scrape.read_to_string(&mut metrics).expect("text");
    let days = metrics.lines().find_map(|line| line.strip_prefix("atrad_tls_certificate_left_days "));
    assert!(days.and_then(|days| days.parse::<f64>().ok()).is_some_and(|days| days < -1000.0), "{metrics}");
    assert!(place.fails(&place.call(&server, &place.ca_file, &[])).contains("expired"));
}

#[test]
fn silent_handshakes_cost_nobody_a_place() {
    let place = Place::new();
    let server = place.start(&[("ATRAD_CONNECTIONS_MAX", "4")]);
    let mut silent: Vec<_> = (0..16).map(|_| TcpStream::connect(&*server.address).expect("connected")).collect();
    // Half of a ClientHello.
    for stream in &mut silent[8..] {
        let _ = stream.write_all(&[22, 3, 1, 2, 0, 1, 0]);
    }
    place.succeeds(&place.call(&server, &place.ca_file, &[]));
    // The oldest had to give way.
    silent[0].set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    assert!(matches!(silent[0].read(&mut [0; 8]), Ok(0) | Err(_)));
    // Who has not greeted does not hold up the end.
    let begun = Instant::now();
    assert_eq!(server.stop(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(8));
}
