//! What the figures were measured on.

use std::fs::read_to_string;

/// A line about the machine, as far as it tells itself.
pub(crate) fn told(quick: bool) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path| read_to_string(path).unwrap_or_default();
    let processor = read("/proc/cpuinfo");
    let processor = field(&processor, "model name").unwrap_or("unknown");
    let memory = read("/proc/meminfo");
    let memory = field(&memory, "MemTotal").and_then(gigabytes);
    let memory = memory.map_or("memory unknown".to_owned(), |it| format!("{it} GB"));
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load: Vec<_> = load.split_whitespace().take(3).collect();
    let quick = match quick {
        true => " **Quick: organizations too small to judge by.**",
        false => "",
    };
    format!(
        "Machine: {cores} cores of {processor}, {memory}, Linux {}; load before: {}.{quick}",
        kernel.trim(),
        load.join(" "),
    )
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.find_map(|(key, value)| (key.trim() == name).then_some(value.trim()))
}

/// From `24610180 kB`.
fn gigabytes(text: &str) -> Option<u64> {
    let kilobytes: u64 = text.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_read_from_what_linux_tells() {
        let text = "processor\t: 0\nmodel name\t: AMD EPYC 7763\nmodel name\t: other\n";
        assert_eq!(field(text, "model name"), Some("AMD EPYC 7763"));
        assert_eq!(field(text, "flags"), None);
        for (text, told) in [("24610180 kB", Some(24)), ("many", None), ("", None)] {
            assert_eq!(gigabytes(text), told, "{text}");
        }
    }
}
