//! The secret that the cache key is derived from: configured, or generated in the data folder at the first start with
//! Redis.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::config::{CacheSecret, Config};
use crate::app::Error;
use crate::cache::{self, Cache, Key};

/// The secret file of the data folder.
const NAME: &str = "SECRET";
/// The random bytes of a new secret, stored in hexadecimal so that they can be copied into a variable.
const RANDOM_BYTES: usize = 32;
/// The digits and a line end.
const FILE_BYTES: usize = 2 * RANDOM_BYTES + 1;

/// The cache of this configuration. The data folder is already locked.
pub(crate) fn cache(config: &Config) -> Result<Cache, Error> {
    let (entry_bytes_max, key) = (config.limits.cache_value_bytes_max, key(config)?);
    let namespace_bytes_max = config.limits.cache_namespace_bytes_max;
    Ok(Cache::open(cache::Config { key, entry_bytes_max, namespace_bytes_max, ..config.cache.clone() })?)
}

/// The cache key, if Redis is configured.
fn key(config: &Config) -> Result<Option<Key>, Error> {
    if config.cache.redis.is_none() {
        return Ok(None);
    }
    let key = match &config.cache_secret {
        CacheSecret::Folder => of_folder(&config.data)?,
        CacheSecret::File(path) => {
            let secret = read(path).map_err(|source| Error::SecretFile { path: path.clone(), source })?;
            derive(path, &secret)?
        }
        CacheSecret::Derived(key) => key.clone(),
    };
    Ok(Some(key))
}

fn of_folder(data: &Path) -> Result<Key, Error> {
    let path = data.join(NAME);
    let secret = match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path),
        read => read,
    };
    let secret = secret.map_err(|source| Error::SecretFile { path: path.clone(), source })?;
    let digits = secret.strip_suffix(b"\n").is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    if secret.len() != FILE_BYTES || !digits {
        let given = match secret.len() {
            FILE_BYTES => "other bytes".into(),
            bytes if bytes > Key::SECRET_BYTES_MAX => format!("more than {}", Key::SECRET_BYTES_MAX),
            bytes => bytes.to_string(),
        };
        return Err(Error::FolderSecret { path, expected: FILE_BYTES, given });
    }
    derive(&path, &secret)
}

fn derive(path: &Path, secret: &[u8]) -> Result<Key, Error> {
    Key::derive(secret).map_err(|source| Error::Secret { path: path.into(), source })
}

/// Reads a file, truncated just above the longest valid secret and its line end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.mode() & 0o007 != 0 {
        tracing::warn!(path = %path.display(), "the cache secret is world-readable");
    }
    let mut secret = Vec::with_capacity(FILE_BYTES);
    // Two for the line end, one to detect a longer file.
    file.take(Key::SECRET_BYTES_MAX as u64 + 3).read_to_end(&mut secret)?;
    Ok(secret)
}

/// Creates the file atomically: temporary file, fsync, rename.
fn make(path: &Path) -> io::Result<Vec<u8>> {
    let mut random = [0; RANDOM_BYTES];
    getrandom::fill(&mut random)?;
    let mut secret = String::with_capacity(FILE_BYTES);
    for byte in random {
        write!(secret, "{byte:02x}").expect("writing to memory cannot fail");
    }
    secret.push('\n');
    let temporary = path.with_extension("tmp");
    // A killed start may have left a file of any length and mode.
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(secret.into_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    fn folder() -> TempDir {
        tempfile::tempdir().expect("a folder")
    }

    #[test]
    fn a_secret_is_made_once_for_its_owner_alone() {
        let folders = [folder(), folder()];
        let [one, other] = folders.each_ref().map(|folder| {
            fs::write(folder.path().join("SECRET.tmp"), "torn").expect("written");
            of_folder(folder.path()).expect("made");
            let (path, names) = (folder.path().join(NAME), fs::read_dir(folder.path()).expect("listed").count());
            assert_eq!(names, 1, "nothing is left beside it");
            assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
            let made = fs::read(&path).expect("readable");
            of_folder(folder.path()).expect("read");
            assert_eq!(fs::read(&path).expect("readable"), made, "the same after a restart");
            made
        });
        assert_eq!(one.len(), FILE_BYTES);
        assert_ne!(one, other);
    }

    #[test]
    fn a_damaged_secret_is_an_error_that_says_what_to_do() {
        let folder = folder();
        let path = folder.path().join(NAME);
        let hex = "0".repeat(2 * RANDOM_BYTES);
        let cases = [("", "got 0;"), ("short", "got 5;"), (&hex, "got 64;"), (&format!("{hex}0"), "got other bytes;")];
        for (content, expected) in cases.map(|(content, expected)| (content.to_owned(), expected)) {
            fs::write(&path, &content).expect("written");
            let error = of_folder(folder.path()).expect_err("damaged").to_string();
            assert!(error.contains(&*path.to_string_lossy()) && error.contains("remove it"), "{error}");
            assert!(error.contains(expected), "{error}");
            assert_eq!(fs::read_to_string(&path).expect("readable"), content, "it is left as it is");
        }
        fs::remove_file(&path).expect("removed");
        fs::create_dir(&path).expect("made");
        assert!(matches!(of_folder(folder.path()), Err(Error::SecretFile { .. })));
    }

    #[test]
    fn a_file_that_is_given_is_read_and_checked() {
        let folder = folder();
        let path = folder.path().join("given");
        let mut config = Config { data: folder.path().into(), ..Config::default() };
        config.cache_secret = CacheSecret::File(path.clone());
        assert!(key(&config).expect("not looked at").is_none(), "without Redis there is nothing to authenticate");
        config.cache.redis = Some(cache::RedisConfig::at("redis://127.0.0.1:1"));
        assert!(matches!(key(&config), Err(Error::SecretFile { .. })), "it is not there, and not made");
        for (content, given) in [("\n".to_owned(), "0"), ("short\n".into(), "5"), ("x".repeat(5000), "more")] {
            fs::write(&path, content).expect("written");
            let error = key(&config).expect_err("refused").to_string();
            let expected = format!("given: the cache secret must have between 16 and 4096 bytes, got {given}");
            assert!(error.ends_with(&expected), "{error}");
        }
        for content in ["sixteen bytes...".to_owned(), "x".repeat(4096) + "\r\n"] {
            fs::write(&path, content).expect("written");
            assert!(key(&config).expect("good").is_some());
        }
        assert!(!folder.path().join(NAME).exists(), "no other is made");
    }
}
