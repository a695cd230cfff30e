//! Redis behind a Sentinel that promotes a replica, a cluster that is resharded, and Redis over TLS.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType};

use super::*;
use crate::cache::fixture::{Cluster, Watched, free_port};

#[tokio::test]
async fn a_replica_that_a_sentinel_promotes_is_used() {
    let Some(mut watched) = Watched::start() else { return };
    // One of the Sentinels is down.
    let addresses = vec![format!("redis://127.0.0.1:{}", free_port()), watched.address()];
    admit(&watched.master, "+role");
    admit(&watched.replica, "+role");
    let folder = tempfile::tempdir().expect("a folder");
    let password = folder.path().join("password");
    std::fs::write(&password, "right").expect("written");
    let config = |name: &str| {
        let (topology, addresses) = (Topology::Sentinel(name.into()), addresses.clone());
        let (user, password_file) = (Some("agent".into()), Some(password.clone()));
        patient(RedisConfig { addresses, topology, user, password_file, ..RedisConfig::default() })
    };
    let cache = open(Some(config("main")), ours());
    cache.put(&entry("before"), value("1"), None).await.expect("put");
    assert_eq!(watched.master.tell(&format!("EXISTS {}", names("before")[0])), ":1");
    watched.replica.wait_for(&format!("EXISTS {}", names("before")[0]), |reply| reply == ":1");
    watched.master.kill();
    assert_eq!(made(&cache, "while it is away").await, "made while it is away");
    put_at_last(&cache, "after").await;
    assert_eq!(watched.replica.tell(&format!("EXISTS {}", names("after")[0])), ":1");
    assert_eq!(self::cache(Some(&watched.replica)).get(&entry("before")).await.expect("there"), Some(value("1")));
    let unknown = open(Some(config("other")), ours());
    assert!(matches!(unknown.get(&entry("a")).await, Err(Error::Away)), "no master of this name");
}

#[tokio::test]
async fn a_cluster_is_used_while_it_is_resharded() {
    let Some(cluster) = Cluster::start() else { return };
    cluster.nodes.iter().for_each(|node| admit(node, "+cluster|slots"));
    let addresses = cluster.nodes.each_ref().map(|node| format!("redis://agent:right@127.0.0.1:{}", node.port()));
    let config = RedisConfig { topology: Topology::Cluster, addresses: addresses.into(), ..RedisConfig::default() };
    let config = patient(config);
    let cache = open(Some(config.clone()), ours());
    let keys: Vec<_> = (0..60).map(|number| EntryKey::new(format!("n{number}"), "k")).collect();
    for (number, key) in keys.iter().enumerate() {
        cache.put(key, Bytes::from(number.to_string()), None).await.expect("put");
        assert_eq!(made(&cache, &format!("c{number}")).await, format!("made c{number}"));
    }
    let sizes = cluster.nodes.each_ref().map(|node| node.tell("DBSIZE"));
    assert!(sizes.iter().all(|size| size != ":0"), "each node holds some: {sizes:?}");
    // The only server of this configuration is one of three.
    let alone = open(Some(patient(RedisConfig::at(cluster.nodes[0].address()))), ours());
    let mut moved = 0;
    for key in &keys {
        moved += u32::from(matches!(alone.get(key).await, Err(Error::InCluster)));
    }
    assert!(moved > 10, "{moved} of 60 are elsewhere");
    // Moved with their keys, a third of a third of the slots at a time, while entries are changed and read.
    let resharding = tokio::task::spawn_blocking(move || {
        cluster.reshard(1800);
        cluster
    });
    let (mut round, mut failed) = (0, 0);
    while !resharding.is_finished() {
        for (number, key) in keys.iter().enumerate() {
            let written = Bytes::from(format!("{number} {round}"));
            match cache.put(key, written.clone(), None).await {
                Ok(()) => assert_eq!(cache.get(key).await.expect("there"), Some(written)),
                // A script whose keys are on two nodes at this moment.
                Err(_) => failed += 1,
            }
        }
        round += 1;
    }
    let cluster = resharding.await.expect("moved");
    assert!(round > 0 && failed <= 60 * round / 4, "{failed} of {} writes failed", 60 * round);
    let fresh = open(Some(config), ours());
    for (number, key) in keys.iter().enumerate() {
        let found = fresh.get(key).await.expect("there").expect("not lost");
        assert!(found.starts_with(format!("{number}").as_bytes()), "{found:?}");
        assert_eq!(self::found(&fresh, &format!("c{number}")).await, format!("made c{number}"));
    }
    // The client from before follows the slots.
    for key in &keys {
        cache.delete(key).await.expect("deleted");
        assert_eq!(fresh.compare_and_set(key, None, value("new"), None).await.expect("there"), Swap::Stored);
    }
    drop(cluster);
}

#[tokio::test]
async fn a_cluster_without_one_of_its_nodes_costs_no_answer() {
    let Some(mut cluster) = Cluster::start() else { return };
    let config = RedisConfig { topology: Topology::Cluster, ..RedisConfig::default() };
    let cache = open(Some(patient(RedisConfig { addresses: cluster.addresses(), ..config })), ours());
    assert_eq!(made(&cache, "before").await, "made before");
    cluster.nodes[1].kill();
    for number in 0..30 {
        assert_eq!(made(&cache, &format!("k{number}")).await, format!("made k{number}"));
    }
}

/// A certificate authority, and certificates of a server and of a client, as files.
struct Certificates {
    folder: tempfile::TempDir,
}

impl Certificates {
    fn make() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, pem: String| std::fs::write(folder.path().join(name), pem).expect("written");
        let named = |name: &str| {
            let mut params = CertificateParams::new(Vec::<String>::new()).expect("no names");
            // OpenSSL takes a certificate for self-signed that has the name of its issuer.
            params.distinguished_name.push(DnType::CommonName, name);
            params
        };
        let mut of_ca = named("authority");
        of_ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca_key = KeyPair::generate().expect("a key");
        let ca = of_ca.clone().self_signed(&ca_key).expect("signed");
        write("ca.pem", ca.pem());
        let other = of_ca.self_signed(&KeyPair::generate().expect("a key")).expect("signed");
        write("other.pem", other.pem());
        for (name, usage, address) in [
            ("server", ExtendedKeyUsagePurpose::ServerAuth, Ipv4Addr::LOCALHOST),
            ("elsewhere", ExtendedKeyUsagePurpose::ServerAuth, Ipv4Addr::new(10, 0, 0, 1)),
            ("client", ExtendedKeyUsagePurpose::ClientAuth, Ipv4Addr::LOCALHOST),
        ] {
            let mut params = named(name);
            params.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(address))];
            params.extended_key_usages = vec![usage];
            let key = KeyPair::generate().expect("a key");
            write(&format!("{name}.pem"), params.signed_by(&key, &ca, &ca_key).expect("signed").pem());
            write(&format!("{name}.key"), key.serialize_pem());
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A server with one of the certificates, which asks for that of a client. Its address.
    fn server(&self, name: &str) -> Option<(Server, String)> {
        let port = free_port();
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let [cert, key, ca] =
            [format!("{name}.pem"), format!("{name}.key"), "ca.pem".into()].map(|name| text(&self.path(&name)));
        let arguments = ["--tls-port", &port.to_string(), "--tls-cert-file", &cert, "--tls-key-file", &key];
        let server = Server::start_with(&[&arguments[..], &["--tls-ca-cert-file", &ca]].concat())?;
        Some((server, format!("rediss://127.0.0.1:{port}")))
    }
}

#[tokio::test]
async fn redis_over_tls_with_certificates_of_both() {
    let certificates = Certificates::make();
    let Some((server, address)) = certificates.server("server") else { return };
    let right = RedisConfig {
        ca_file: Some(certificates.path("ca.pem")),
        cert_file: Some(certificates.path("client.pem")),
        key_file: Some(certificates.path("client.key")),
        ..patient(RedisConfig::at(&address))
    };
    let cache = open(Some(right.clone()), ours());
    cache.put(&entry("k"), value("1"), None).await.expect("encrypted");
    assert_eq!(made(&cache, "c").await, "made c");
    assert_eq!(self::cache(Some(&server)).get(&entry("k")).await.expect("there"), Some(value("1")));
    // Without the certificate that the server asks for, of another authority, of the system, of another host.
    let no_client = RedisConfig { cert_file: None, key_file: None, ..right.clone() };
    let other_ca = RedisConfig { ca_file: Some(certificates.path("other.pem")), ..right.clone() };
    let of_system = RedisConfig { ca_file: None, ..right.clone() };
    let Some((_elsewhere, address)) = certificates.server("elsewhere") else { return };
    let elsewhere = RedisConfig { addresses: vec![address], ..right.clone() };
    for (why, config) in [
        ("no certificate", no_client),
        ("another authority", other_ca),
        ("authorities of the system", of_system),
        ("another host", elsewhere),
    ] {
        let cache = open(Some(config), ours());
        assert!(matches!(cache.get(&entry("k")).await, Err(Error::Away)), "{why}");
        assert_eq!(made(&cache, "d").await, "made d", "{why}");
        assert_eq!(redis_stats(&cache).calls, 0, "{why}: no command was sent");
    }
}
