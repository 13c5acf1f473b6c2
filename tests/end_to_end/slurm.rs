//! Runs on a real Slurm: a private one of two nodes, which are both this machine. Nothing is accounted, so that what became of
//! a job is told by what it leaves.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bench::{Answer, Bench, program, worker};
use crate::interruptions::{signal, undisturbed};

const DAEMONS: [&str; 3] = ["munged", "slurmctld", "slurmd"];
const COMMANDS: [&str; 5] = ["sbatch", "scancel", "scontrol", "squeue", "srun"];

/// A private cluster of the nodes `n1` and `n2`; gone with all jobs when dropped.
struct Cluster {
    folder: tempfile::TempDir,
}

impl Cluster {
    /// One whose nodes are idle; where this machine has no Slurm, what is missing.
    fn start() -> Result<Self, String> {
        let path = search_path();
        let is_there = |name: &&&str| std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
        let missing: Vec<&&str> = DAEMONS.iter().chain(&COMMANDS).filter(|name| !is_there(name)).collect();
        if !missing.is_empty() {
            return Err(format!("no {missing:?} here (on Debian: apt-get install slurm-wlm munge)"));
        }
        if !rustix::process::geteuid().is_root() {
            return Err("a private Slurm was only tried as root".to_owned());
        }
        let cluster = Self { folder: tempfile::tempdir().expect("a folder") };
        let place = |name: &str| cluster.folder.path().join(name);
        for (name, mode) in [("", 0o755), ("munge", 0o711), ("state", 0o755)] {
            fs::create_dir_all(place(name)).expect("a folder");
            fs::set_permissions(place(name), fs::Permissions::from_mode(mode)).expect("it is ours");
        }
        let key: Vec<u8> = (0..=127).collect();
        fs::write(place("munge/key"), key).expect("a file");
        fs::set_permissions(place("munge/key"), fs::Permissions::from_mode(0o400)).expect("it is ours");
        fs::write(place("slurm.conf"), configuration(cluster.folder.path())).expect("a file");
        let munge = ["key-file", "socket", "pid-file", "log-file", "seed-file"]
            .map(|flag| format!("--{flag}={}", place("munge").join(flag.trim_end_matches("-file")).display()));
        cluster.call("munged", &munge.each_ref().map(String::as_str));
        cluster.start_controller(&["-i"]);
        for node in ["n1", "n2"] {
            cluster.call("slurmd", &["-N", node]);
        }
        cluster.until("two nodes are idle", || cluster.said("sinfo", &["-h", "-N", "-t", "idle"]).lines().count() == 2);
        println!("{}", cluster.call("srun", &["--version"]).stdout.trim());
        Ok(cluster)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("PATH", search_path())
            .env("SLURM_CONF", self.folder.path().join("slurm.conf"))
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("RENAS_")) {
            command.env_remove(name);
        }
        command
    }

    fn said(&self, program: &str, arguments: &[&str]) -> String {
        Answer::of(&self.command(program).args(arguments).output().expect("it starts")).stdout
    }

    fn call(&self, program: &str, arguments: &[&str]) -> Answer {
        // Daemons keep what they inherit open: nobody waits for the end of their output.
        let (stdout, stderr) = (self.folder.path().join("stdout"), self.folder.path().join("stderr"));
        let into = |path: &Path| fs::File::create(path).expect("a file");
        let mut command = self.command(program);
        let status = command.args(arguments).stdout(into(&stdout)).stderr(into(&stderr)).status().expect("it starts");
        let read = |path: &Path| fs::read_to_string(path).expect("text");
        assert!(status.success(), "{program} {arguments:?}: {status}: {}", read(&stderr));
        Answer { code: status.code(), stdout: read(&stdout), stderr: read(&stderr) }
    }

    fn start_controller(&self, arguments: &[&str]) {
        self.call("slurmctld", arguments);
    }

    fn stop_controller(&self) {
        let pid = self.pid("controller.pid").expect("it runs");
        signal("-TERM", pid);
        self.until("the controller is gone", || !lives(pid));
    }

    fn pid(&self, file: &str) -> Option<u32> {
        fs::read_to_string(self.folder.path().join(file)).ok()?.trim().parse().ok()
    }

    /// Steps of all jobs but for what runs their scripts.
    fn steps(&self) -> Vec<String> {
        let steps = self.said("squeue", &["-s", "-h", "-o", "%i"]);
        steps.lines().map(str::trim).filter(|step| !step.ends_with("batch")).map(str::to_owned).collect()
    }

    /// Whether no job waits, runs or ends; also no where nobody answers.
    fn is_empty(&self) -> bool {
        let output = self.command("squeue").arg("-h").output().expect("it starts");
        output.status.success() && output.stdout.is_empty()
    }

    fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let started = Instant::now();
        while !holds() {
            let squeue = || self.said("squeue", &["-t", "all"]);
            assert!(started.elapsed() < Duration::from_secs(180), "{what} did not come:\n{}", squeue());
            sleep(Duration::from_millis(50));
        }
    }

    fn until_all_jobs_are_gone(&self) {
        self.until("the end of all jobs", || self.is_empty());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.command("scancel").args(["--full", "--user=root"]).output();
        let started = Instant::now();
        while !self.is_empty() && started.elapsed() < Duration::from_secs(20) {
            sleep(Duration::from_millis(50));
        }
        for file in ["n1.pid", "n2.pid", "controller.pid", "munge/pid"] {
            let Some(pid) = self.pid(file).filter(|pid| lives(*pid)) else { continue };
            signal("-TERM", pid);
            while lives(pid) && started.elapsed() < Duration::from_secs(30) {
                sleep(Duration::from_millis(20));
            }
        }
    }
}

/// Where Debian puts daemons is in no user's path.
fn search_path() -> std::ffi::OsString {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/sbin:/sbin");
    path
}

fn lives(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn configuration(folder: &Path) -> String {
    let listeners = [(); 4].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
    let [controller, slurmd, one, two] = listeners.map(|one| one.local_addr().expect("it is bound").port());
    let host = fs::read_to_string("/proc/sys/kernel/hostname").expect("a name");
    let (host, folder) = (host.trim().split('.').next().unwrap_or_default(), folder.display());
    let node = |name: &str, port: u16| {
        format!("NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=2 State=UNKNOWN\n")
    };
    format!(
        "ClusterName=test\nSlurmctldHost={host}(127.0.0.1)\nSlurmctldPort={controller}\nSlurmdPort={slurmd}\n\
         AuthType=auth/munge\nCredType=cred/munge\nAuthInfo=socket={folder}/munge/socket,cred_expire=5\nSlurmUser=root\nSlurmdUser=root\n\
         SlurmctldPidFile={folder}/controller.pid\nSlurmdPidFile={folder}/%n.pid\nSlurmctldLogFile={folder}/controller.log\n\
         SlurmdLogFile={folder}/%n.log\nStateSaveLocation={folder}/state\nSlurmdSpoolDir={folder}/spool.%n\n\
         ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nSwitchType=switch/none\nMpiDefault=none\n\
         CommunicationParameters=NoInAddrAny,NoCtldInAddrAny\nJobAcctGatherType=jobacct_gather/none\n\
         AccountingStorageType=accounting_storage/none\nJobCompType=jobcomp/none\nSchedulerType=sched/builtin\n\
         SelectType=select/cons_tres\nSelectTypeParameters=CR_CPU\nSchedulerParameters=batch_sched_delay=0,sched_interval=1\n\
         SlurmdParameters=config_overrides\nReturnToService=2\nKillWait=2\nPropagateResourceLimits=NONE\n{}{}\
         PartitionName=debug Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP\n",
        node("n1", one),
        node("n2", two)
    )
}

/// What is put before the worker's program: one step of the job, on any of its nodes.
const LAUNCH: &str = "srun -N1 -n1 -c1 --exact --quiet";

/// A bench whose workers take a moment for each line and write down where they run, and a job script that runs all of it.
struct Site {
    bench: Bench,
    worker: String,
}

impl Site {
    fn new() -> Self {
        let bench = Bench::new();
        let (real, places) = (worker(), bench.path("places"));
        let script = format!(
            "#!/bin/sh\necho $SLURMD_NODENAME $$ >> '{}'\n'{}' \"$@\" | while read -r line; do sleep 0.2; printf '%s\\n' \"$line\"; done\n",
            places.display(),
            real.display()
        );
        let worker = program(&bench.path("worker"), script);
        let renas = env!("CARGO_BIN_EXE_renas");
        let job = format!(
            "#!/bin/sh\n#SBATCH --nodes=2 --ntasks=2 --requeue --open-mode=append --output=job.out\n\
             export RENAS_WORKER='{worker}' RENAS_MACHINE_LOCKS=\"$PWD\"\necho $$ > coordinator\necho started\n\
             exec '{renas}' run --jobs 2 --launch '{LAUNCH}'\n"
        );
        bench.write("job", &job);
        Self { bench, worker }
    }

    fn submit(&self, cluster: &Cluster) -> String {
        let output = cluster.command("sbatch").args(["--parsable", "job"]).current_dir(self.bench.path(".")).output();
        let answer = Answer::of(&output.expect("it starts"));
        answer.expect(0, "");
        answer.stdout.trim().to_owned()
    }

    fn said(&self) -> String {
        fs::read_to_string(self.bench.path("job.out")).unwrap_or_default()
    }

    /// Node and process of every worker that was started.
    fn workers(&self) -> Vec<(String, u32)> {
        let places = fs::read_to_string(self.bench.path("places")).unwrap_or_default();
        let parts = places.lines().filter_map(|line| line.split_once(' '));
        parts.map(|(node, pid)| (node.to_owned(), pid.parse().expect("a number"))).collect()
    }

    /// The same run from here, each worker a job of its own.
    fn outside(&self, cluster: &Cluster, arguments: &[&str]) -> Command {
        let mut command = cluster.command(env!("CARGO_BIN_EXE_renas"));
        command.args(["run", "--launch", "srun -N1 -n1 -c1 --quiet"]).args(arguments);
        command.current_dir(self.bench.path(".")).env("RENAS_WORKER", &self.worker);
        command.env("RENAS_MACHINE_LOCKS", self.bench.path("."));
        command
    }
}

type Digests = Vec<(PathBuf, renas::base::digest::Digest)>;

#[test]
fn on_a_real_slurm_a_run_gives_the_bytes_of_one_machine_whatever_becomes_of_its_jobs() {
    let cluster = match Cluster::start() {
        Ok(cluster) => cluster,
        Err(why) => return println!("skipped: {why}"),
    };
    let expected = undisturbed();
    a_step_is_cancelled_and_the_job_requeued(&cluster, &expected);
    the_coordinator_is_killed_and_started_again(&cluster, &expected);
    the_controller_is_away_for_a_while(&cluster, &expected);
    jobs_of_workers_end_with_the_run(&cluster, &expected);
}

fn a_step_is_cancelled_and_the_job_requeued(cluster: &Cluster, expected: &Digests) {
    let site = Site::new();
    let job = site.submit(cluster);
    site.bench.wait_for_records(2);
    let step = cluster.steps().into_iter().next().expect("two workers run");
    assert!(step.starts_with(&format!("{job}.")), "{step}");
    cluster.call("scancel", &[&step]);
    cluster.until("a worker takes the place of the cancelled one", || site.workers().len() == 3);
    cluster.call("scontrol", &["requeue", &job]);
    cluster.until("the job begins again", || site.said().matches("started").count() == 2);
    cluster.until_all_jobs_are_gone();
    let said = site.said();
    assert!(said.contains("(attempt 1 of 3)") && said.contains("report: "), "{said}");
    assert!(!said.contains("18 trials computed"), "it goes on from the store: {said}");
    assert!(["n1", "n2"].iter().all(|node| site.workers().iter().any(|(at, _)| at == node)), "{:?}", site.workers());
    assert_eq!(site.bench.digests("reports"), *expected, "{said}");
}

fn the_coordinator_is_killed_and_started_again(cluster: &Cluster, expected: &Digests) {
    let site = Site::new();
    site.submit(cluster);
    site.bench.wait_for_records(2);
    signal("-KILL", site.bench.read("coordinator").trim().parse().expect("a number"));
    cluster.until_all_jobs_are_gone();
    assert_eq!(cluster.steps(), Vec::<String>::new());
    cluster.until("its workers are gone", || site.workers().iter().all(|(_, pid)| !lives(*pid)));
    assert!(!site.bench.path("reports/quick/index.html").exists(), "it was killed before its end: {}", site.said());
    site.submit(cluster);
    cluster.until_all_jobs_are_gone();
    let said = site.said();
    assert!(said.contains("report: ") && !said.contains("18 trials computed"), "it goes on from the store: {said}");
    assert_eq!(site.bench.digests("reports"), *expected, "{said}");
}

fn the_controller_is_away_for_a_while(cluster: &Cluster, expected: &Digests) {
    let site = Site::new();
    site.submit(cluster);
    site.bench.wait_for_records(1);
    cluster.stop_controller();
    // Who asks it for a worker now is told, with the scheduler's own words.
    let other = Site::new();
    let answer = Answer::of(&other.outside(cluster, &["--jobs", "1"]).output().expect("renas starts"));
    answer.expect(3, "3 workers died on it").expect(3, "Unable to contact slurm controller");
    cluster.until("the run is done", || site.said().contains("report: "));
    cluster.start_controller(&[]);
    cluster.until_all_jobs_are_gone();
    assert_eq!(site.bench.digests("reports"), *expected, "{}", site.said());
}

fn jobs_of_workers_end_with_the_run(cluster: &Cluster, expected: &Digests) {
    let site = Site::new();
    let child = site.outside(cluster, &["--jobs", "2"]).stderr(Stdio::piped()).spawn().expect("renas starts");
    site.bench.wait_for_records(1);
    signal("-INT", child.id());
    let answer = Answer::of(&child.wait_with_output().expect("our child"));
    answer.expect(130, "the same command goes on");
    cluster.until("no job is left of a run that was cut off", || cluster.is_empty());
    let answer = Answer::of(&site.outside(cluster, &["--jobs", "2"]).output().expect("renas starts"));
    answer.expect(0, "report: ");
    cluster.until("no job is left of a run that is done", || cluster.is_empty());
    assert_eq!(site.bench.digests("reports"), *expected);
}
