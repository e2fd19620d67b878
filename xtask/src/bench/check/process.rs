//! The two servers: started here, asked here, ended by their own number.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{places::Places, steps};

/// Ticks of the system's clock of CPU time in a second: what Linux tells every program, on every machine.
const TICKS: f64 = 100.0;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks whether it is, so that looking takes no time from it.
const LOOK: Duration = Duration::from_millis(20);
/// How long a portal may take to be ready.
const READY_WITHIN: Duration = Duration::from_secs(600);
/// Most bytes of an answer.
const ANSWER_MAX: u64 = 1 << 20;

/// A running server, ended when dropped.
pub(in crate::bench) struct Server {
    child: Child,
    /// Where it listens.
    pub(in crate::bench) address: SocketAddr,
}

/// What the index of the check took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::bench) struct Index {
    /// Addresses in it.
    pub(in crate::bench) addresses: u64,
    /// Seconds to build it.
    pub(in crate::bench) seconds: f64,
    /// Bytes it takes per address.
    pub(in crate::bench) bytes: f64,
}

/// An answer as it came.
pub(in crate::bench) struct Answer {
    /// Its status.
    pub(in crate::bench) status: u16,
    /// Its headers, but for the date and its length.
    pub(in crate::bench) headers: Vec<(String, String)>,
    /// Its body.
    pub(in crate::bench) body: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // The first process of nginx ends the others when it is asked to; ours ends at once.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Ours, over an index of so many addresses; writes `visitors.csv` into the folder.
    pub(in crate::bench) fn ours(places: &Places, folder: &Path, addresses: u64) -> Result<(Self, Index)> {
        steps::run(places.cargo(&["build", "--package", "portal", "--example", "busy"])?.stdout(Stdio::null()))?;
        let program = places.target.join("debug").join("examples").join("busy");
        let log = fs::File::create(folder.join("access.log")).context("make the log of ours")?;
        let mut command = Command::new(program);
        command.arg(folder).arg(addresses.to_string()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().context("start ours")?;
        let said = child.stdout.take().context("hear ours")?;
        let mut line = String::new();
        BufReader::new(said.take(ANSWER_MAX)).read_line(&mut line).context("hear where ours listens")?;
        let (address, index) = listening(&line).with_context(|| format!("understand {line:?}"))?;
        Ok((Self { child, address }, index))
    }

    /// The program's portal on a data folder, and the seconds until it says that it can work.
    pub(in crate::bench) fn portal(program: &Path, data: &Path, now: &str) -> Result<(Self, f64)> {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).context("find a port")?;
        let log = || fs::File::create(data.with_extension("log")).context("make the log of ours");
        let mut command = Command::new(program);
        command.arg("--data").arg(data).args(["--now", now, "serve", "--listen", &address.to_string()]);
        let begun = Instant::now();
        let child = command.stdout(log()?).stderr(log()?).spawn().context("start ours")?;
        let server = Self { child, address };
        server.wait_until_open()?;
        while begun.elapsed() < READY_WITHIN {
            if server.get("/readyz", "192.0.2.1").is_ok_and(|answer| answer.status == 200) {
                return Ok((server, begun.elapsed().as_secs_f64()));
            }
            std::thread::park_timeout(LOOK);
        }
        bail!("not ready within {READY_WITHIN:?}")
    }

    /// nginx with one file of the size of an answer of ours, under the same path and headers.
    pub(in crate::bench) fn nginx(folder: &Path, pages: &[(&str, &Answer)]) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).context("find a port")?;
        let root = folder.join("nginx");
        fs::create_dir_all(&root).context("make the folder of nginx")?;
        let mut locations = String::new();
        for (path, answer) in pages {
            let file = root.join(path.rsplit('/').next().unwrap_or_default());
            fs::write(&file, &answer.body).context("write the file of nginx")?;
            locations += &location(path, &file, answer);
        }
        let settings = root.join("nginx.conf");
        // As root its workers would be somebody else, who may not read the file.
        let user = Command::new("id").arg("-un").output().context("ask whose process this is")?.stdout;
        let text = format!("user {};\n", String::from_utf8_lossy(&user).trim()) + &conf(&root, address, &locations);
        fs::write(&settings, text).context("write the settings of nginx")?;
        let mut command = Command::new("nginx");
        command.arg("-c").arg(&settings).arg("-p").arg(&root).arg("-e").arg(root.join("error.log"));
        let server = Self { child: command.spawn().context("start nginx")?, address };
        server.wait_until_open()?;
        for (path, answer) in pages {
            let sent = server.get(path, "192.0.2.1")?;
            ensure!(
                sent.status == 200 && sent.body == answer.body,
                "nginx sends {} for {path}, not the file",
                sent.status
            );
        }
        Ok(server)
    }

    /// User and system seconds so far, of the process and its children.
    pub(in crate::bench) fn cpu_seconds(&self) -> Result<f64> {
        Ok(self.added_up("stat", cpu_ticks)? / TICKS)
    }

    /// Most resident memory so far, megabytes, of the process and its children: what they share counts for each.
    pub(in crate::bench) fn peak_mb(&self) -> Result<f64> {
        Ok(self.added_up("status", peak_kb)? / 1024.0)
    }

    /// A number of a file in `/proc/<pid>`, of the process and its children.
    fn added_up(&self, file: &str, number: fn(&str) -> Option<f64>) -> Result<f64> {
        let own = self.child.id().to_string();
        let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
        let mut all = 0.0;
        for process in children.split_whitespace().chain([own.as_str()]) {
            let path = PathBuf::from(format!("/proc/{process}/{file}"));
            let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
            all += number(&text).with_context(|| format!("understand {}", path.display()))?;
        }
        Ok(all)
    }

    /// `GET` by a visitor.
    pub(in crate::bench) fn get(&self, path: &str, visitor: &str) -> Result<Answer> {
        let mut stream = TcpStream::connect(self.address).context("connect")?;
        stream.set_read_timeout(Some(PATIENCE)).context("set a time limit")?;
        let address = self.address;
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nX-Forwarded-For: {visitor}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).context("ask")?;
        let mut bytes = Vec::new();
        #[expect(clippy::disallowed_methods, reason = "bounded by take")]
        stream.take(ANSWER_MAX).read_to_end(&mut bytes).context("hear the answer")?;
        answer(&String::from_utf8_lossy(&bytes)).context("understand the answer")
    }

    fn wait_until_open(&self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if TcpStream::connect(self.address).is_ok() {
                return Ok(());
            }
            // Not longer: a start is being measured. Not shorter: who starts needs the core.
            std::thread::park_timeout(Duration::from_millis(1));
        }
        bail!("nothing listens at {}", self.address)
    }
}

/// Debian's own settings for sending files, one process per core, and a log that is gathered as ours gathers it.
fn conf(root: &Path, address: SocketAddr, locations: &str) -> String {
    let root = root.display();
    format!(
        "daemon off;\nworker_processes auto;\npid {root}/nginx.pid;\nerror_log {root}/error.log;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n  sendfile on; tcp_nopush on; etag off; max_ranges 0; server_tokens off;\n  \
         access_log {root}/access.log combined buffer=32k flush=1s;\n  \
         keepalive_requests 100000000; types {{ }}\n  \
         client_body_temp_path {root}/a; proxy_temp_path {root}/b; fastcgi_temp_path {root}/c;\n  \
         uwsgi_temp_path {root}/d; scgi_temp_path {root}/e;\n  \
         server {{\n    listen {address};\n{locations}  }}\n}}\n"
    )
}

fn location(path: &str, file: &Path, answer: &Answer) -> String {
    let named = |name: &str| answer.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value);
    let others = answer.headers.iter().filter(|(name, _)| name != "content-type" && name != "connection");
    let others: String =
        others.map(|(name, value)| format!("      add_header {name} \"{}\";\n", value.replace('"', "\\\""))).collect();
    let (file, kind) = (file.display(), named("content-type"));
    format!(
        "    location = {path} {{\n      alias {file}; default_type \"{kind}\";\n      add_header Last-Modified \"\";\n\
         {others}    }}\n"
    )
}

fn listening(line: &str) -> Option<(SocketAddr, Index)> {
    let mut words = line.split_whitespace();
    let address = words.next()?.parse().ok()?;
    let addresses = words.next()?.parse().ok()?;
    let (seconds, bytes) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((address, Index { addresses, seconds, bytes }))
}

/// `utime` and `stime` of `/proc/<pid>/stat`; the name before them may have blanks.
fn cpu_ticks(stat: &str) -> Option<f64> {
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_whitespace().skip(11).map(|field| field.parse::<f64>().ok());
    Some(fields.next()?? + fields.next()??)
}

/// The most memory that was resident, in `/proc/<pid>/status`.
fn peak_kb(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().split(' ').next()?.parse().ok()
}

fn answer(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    let headers = lines.filter_map(pair).filter(|(name, _)| name != "date" && name != "content-length").collect();
    Some(Answer { status, headers, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_and_the_system_say_is_read() {
        let (address, index) = listening("127.0.0.1:4000 2000000 0.31 18.0\n").expect("a line");
        assert_eq!((address.port(), index), (4000, Index { addresses: 2_000_000, seconds: 0.31, bytes: 18.0 }));
        assert_eq!(cpu_ticks("7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 30 12 0"), Some(42.0));
        assert_eq!(peak_kb("Name:\ta\nVmHWM:\t    2048 kB\nVmRSS:\t 1024 kB\n"), Some(2048.0));
        let answer = answer("HTTP/1.1 200 OK\r\nX-A: b\r\nDate: now\r\n\r\nbody").expect("an answer");
        assert_eq!((answer.status, answer.headers.len(), answer.body.as_str()), (200, 1, "body"));
    }

    #[test]
    fn nginx_sends_the_headers_of_ours() {
        let headers = [("content-type", "text/html"), ("x-a", "b \"c\""), ("connection", "close")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let text = location("/a", Path::new("/f"), &Answer { status: 200, headers, body: String::new() });
        assert!(
            text.contains("default_type \"text/html\"") && text.contains("add_header x-a \"b \\\"c\\\"\";"),
            "{text}"
        );
        assert!(!text.contains("add_header connection") && !text.contains("add_header content-type"), "{text}");
    }
}
