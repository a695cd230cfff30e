//! Unix sockets: what may be at the path already, the permissions, and the end.

use std::fs::{self, FileType, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::fs::{Mode, fchmod};
use tokio::net::{UnixListener, UnixSocket, UnixStream};
use tokio::time::timeout;

use super::DoorError;

/// The longest path of a socket, in bytes: what `sockaddr_un` holds, less the zero at the end.
pub const SOCKET_PATH_BYTES_MAX: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// The connections that may wait to be accepted.
const BACKLOG: u32 = 1024;

/// A server that takes longer to answer is there all the same.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// A Unix socket that the server listens on. Its file is removed on drop.
#[derive(Debug)]
pub struct UnixDoor {
    listener: UnixListener,
    path: PathBuf,
    /// The device and the number of its file, unlike those of another server that has taken the path since.
    file: (u64, u64),
}

impl UnixDoor {
    /// Listens at a path, for processes that these permissions allow to write. A socket that a server has left behind is
    /// replaced; anything else at the path is an error.
    pub async fn bind(path: &Path, mode: u32) -> Result<Self, DoorError> {
        let (max, given) = (SOCKET_PATH_BYTES_MAX, path.as_os_str().len());
        if given == 0 || given > max {
            return Err(DoorError::SocketPath { path: path.into(), max, given });
        }
        clear(path).await?;
        let failed = |error| DoorError::Socket { path: path.into(), error };
        let socket = UnixSocket::new_stream().map_err(failed)?;
        // Before it has a name, so that nobody connects while the permissions are wide. Elsewhere than on Linux this has no
        // effect, and they are set below.
        let _ = fchmod(&socket, Mode::from_raw_mode(mode));
        socket.bind(path).map_err(failed)?;
        // The umask may have taken some away.
        fs::set_permissions(path, Permissions::from_mode(mode)).map_err(failed)?;
        let file = file(path).map_err(failed)?;
        let listener = socket.listen(BACKLOG).map_err(failed)?;
        Ok(Self { listener, path: path.into(), file })
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The next connection, and the id of the user at its other end.
    pub(super) fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(UnixStream, u32)>> {
        let with_user = |(stream, _): (UnixStream, _)| {
            let user = stream.peer_cred()?.uid();
            Ok((stream, user))
        };
        self.listener.poll_accept(context).map(|accepted| accepted.and_then(with_user))
    }
}

impl Drop for UnixDoor {
    fn drop(&mut self) {
        if file(&self.path).is_ok_and(|file| file == self.file)
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove the socket");
        }
    }
}

/// Makes room at the path, if only a socket without a server is there.
async fn clear(path: &Path) -> Result<(), DoorError> {
    let failed = |error| DoorError::Socket { path: path.into(), error };
    let in_the_way = |found| DoorError::InTheWay { path: path.into(), found };
    let kind = match fs::symlink_metadata(path) {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if !kind.is_socket() {
        return Err(in_the_way(name(kind)));
    }
    let before = file(path).map_err(failed)?;
    match timeout(PROBE_TIMEOUT, UnixStream::connect(path)).await {
        Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {}
        Ok(Err(error)) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Ok(Err(error)) if error.kind() == ErrorKind::PermissionDenied => return Err(failed(error)),
        // EPROTOTYPE: it is a socket of datagrams.
        Ok(Err(error)) if error.raw_os_error() == Some(rustix::io::Errno::PROTOTYPE.raw_os_error()) => {
            return Err(in_the_way("a socket of another kind"));
        }
        // A full backlog is an error, too.
        Ok(_) | Err(_) => return Err(DoorError::InUse(path.into())),
    }
    // Unless another server has replaced it in the meantime.
    if file(path).is_ok_and(|now| now == before) {
        fs::remove_file(path).map_err(failed)?;
        tracing::info!(path = %path.display(), "replaces the socket that a server left behind");
    }
    Ok(())
}

fn file(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

fn name(kind: FileType) -> &'static str {
    match kind {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_symlink() => "a symbolic link",
        kind if kind.is_file() => "a file",
        _ => "something that is not a socket",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    async fn refused(path: &Path) -> String {
        UnixDoor::bind(path, 0o600).await.expect_err("refused").to_string()
    }

    #[tokio::test]
    async fn a_socket_has_its_permissions_and_is_gone_at_the_end() {
        let folder = folder();
        let path = folder.path().join("a");
        for mode in [0o600, 0o660, 0o666] {
            let door = UnixDoor::bind(&path, mode).await.expect("bound");
            assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, mode);
            assert!(refused(&path).await.ends_with("another server listens there"));
            UnixStream::connect(&path).await.expect("the probe has not harmed it");
            drop(door);
            assert!(!path.exists());
        }
    }

    #[tokio::test]
    async fn a_socket_left_behind_is_replaced_and_that_of_another_stays() {
        let folder = folder();
        let path = folder.path().join("a");
        drop(std::os::unix::net::UnixListener::bind(&path).expect("bound"));
        assert!(path.exists(), "as after a crash");
        let first = UnixDoor::bind(&path, 0o600).await.expect("replaced");
        fs::remove_file(&path).expect("there");
        let second = UnixDoor::bind(&path, 0o600).await.expect("bound");
        drop(first);
        assert!(path.exists(), "it is not its own any more");
        drop(second);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn what_is_no_socket_of_ours_is_left_alone() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "precious").expect("written");
        fs::create_dir(at("folder")).expect("made");
        std::os::unix::fs::symlink(at("file"), at("link")).expect("made");
        let _datagrams = std::os::unix::net::UnixDatagram::bind(at("datagrams")).expect("bound");
        for (name, part) in [
            ("file", "a file is in the way"),
            ("folder", "a folder is in the way"),
            ("link", "a symbolic link is in the way"),
            ("datagrams", "a socket of another kind is in the way"),
        ] {
            let text = refused(&at(name)).await;
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(fs::read_to_string(at("file")).expect("there"), "precious");
        assert!(refused(&at("missing/a")).await.contains("No such file"));
    }

    #[tokio::test]
    async fn a_path_has_a_limit() {
        let folder = folder();
        let longest = "x".repeat(SOCKET_PATH_BYTES_MAX - folder.path().as_os_str().len() - 1);
        UnixDoor::bind(&folder.path().join(&longest), 0o600).await.expect("bound");
        let text = refused(&folder.path().join(longest + "x")).await;
        assert!(text.contains("must have 1 to 107 bytes, got 108"), "{text}");
        assert!(refused(Path::new("")).await.contains("got 0"));
    }
}
