//! The memory that this process may use.

use std::fs;
use std::path::{Path, PathBuf};

/// The memory of this machine, or what the control groups of this process leave of it, as in a container. `None` if the
/// system tells neither.
pub(super) fn available_bytes() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limits = limit_files(Path::new("/sys/fs/cgroup"), &groups).into_iter().filter_map(|path| limit(&path));
    limits.chain(total_bytes()).min()
}

fn total_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// The files with the limits of the control groups (cgroups(7)) of a process: each group and those above it limit it. In a
/// container the root may be the group itself.
fn limit_files(root: &Path, groups: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { continue };
        let (root, file) = match controllers {
            "" => (root.to_owned(), "memory.max"),
            _ if controllers.split(',').any(|one| one == "memory") => (root.join("memory"), "memory.limit_in_bytes"),
            _ => continue,
        };
        let above = Path::new(path.trim_start_matches('/')).ancestors();
        files.extend(above.map(|group| root.join(group).join(file)));
    }
    files
}

/// The limit in a file; `None` if there is none, which is written as `max`.
fn limit(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_and_those_above_it_limit_the_memory() {
        let root = tempfile::tempdir().expect("a folder");
        let write = |file: &str, text: &str| {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder"))
                .and_then(|()| fs::write(&path, text))
                .expect("written");
        };
        write("memory.max", "max\n");
        write("pods/memory.max", "8000000\n");
        write("pods/one/memory.max", "2000000\n");
        write("memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("memory/old/memory.limit_in_bytes", "3000000\n");
        let least = |groups: &str| limit_files(root.path(), groups).iter().filter_map(|path| limit(path)).min();
        assert_eq!(least("0::/\n"), None);
        assert_eq!(least("0::/pods/one\n"), Some(2_000_000));
        assert_eq!(least("0::/pods/two\n"), Some(8_000_000));
        assert_eq!(least("5:cpu,memory:/old\n3:cpuset:/pods/one\n0::/\n"), Some(3_000_000));
        assert_eq!(least("garbage\n\n1:\n"), None);
    }

    #[test]
    fn linux_tells_it() {
        assert!(available_bytes().expect("reported") > 64 << 20);
    }
}
