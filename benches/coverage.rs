//! How often 95 % intervals hold what they estimate, by simulation: the table in `reports/bench/coverage.md`.
//!
//! Not a benchmark of speed: `cargo bench -p renas-benches --bench coverage -- 4000` prints the table, with that many
//! samples in each cell (`make coverage` writes it). All draws come from named streams: the same table everywhere.

use std::fmt::Write as _;
use std::thread;

use renas::base::seed::{Seed, Stream};
use renas::stats::bootstrap::Bootstrap;
use renas::stats::correlation::ranks;
use renas::stats::prediction::{normal_prediction_interval, prediction_interval};
use renas::stats::proportion::wilson_interval;
use renas::stats::summary::{Interval, SampleError};
use renas::stats::t_interval::{interval_of_difference, interval_of_mean, interval_of_ratio};

/// What is drawn.
#[derive(Clone, Copy)]
struct Data {
    name: &'static str,
    draw: fn(&mut Stream) -> f64,
    mean: f64,
}

const DATA: [Data; 7] = [
    Data { name: "normal", draw: |stream| stream.normal(), mean: 0.0 },
    Data { name: "lattice of fifteenths", draw: lattice, mean: LATTICE_MEAN },
    Data { name: "beta(8, 2)", draw: beta, mean: 0.8 },
    // exp(0.5 squared / 2).
    Data {
        name: "lognormal, sigma 0.5",
        draw: |stream| libm::exp(0.5 * stream.normal()),
        mean: 1.133_148_453_066_826_3,
    },
    Data { name: "exponential", draw: exponential, mean: 1.0 },
    Data { name: "Student's t, 4 degrees of freedom", draw: heavy, mean: 0.0 },
    Data { name: "6 % of networks collapsed", draw: collapsed, mean: 0.06 * 0.1135 + 0.94 * 0.96 },
];

const LATTICE: [f64; 7] = [0.1, 0.15, 0.25, 0.2, 0.15, 0.1, 0.05];
const LATTICE_MEAN: f64 = (-2.0 * 0.1 - 0.15 + 0.2 + 2.0 * 0.15 + 3.0 * 0.1 + 4.0 * 0.05) / 15.0;

fn lattice(stream: &mut Stream) -> f64 {
    let mut rest = stream.uniform();
    let place = LATTICE.iter().position(|weight| {
        rest -= weight;
        rest < 0.0
    });
    (place.unwrap_or(LATTICE.len() - 1) as f64 - 2.0) / 15.0
}

/// The eighth smallest of nine uniform numbers.
fn beta(stream: &mut Stream) -> f64 {
    let mut nine: Vec<f64> = (0..9).map(|_| stream.uniform()).collect();
    nine.sort_unstable_by(f64::total_cmp);
    nine[7]
}

fn exponential(stream: &mut Stream) -> f64 {
    -libm::log(1.0 - stream.uniform())
}

/// A normal number over the root of a quarter of chi-squared with four degrees of freedom.
fn heavy(stream: &mut Stream) -> f64 {
    let chi_squared = 2.0 * (exponential(stream) + exponential(stream));
    stream.normal() / (chi_squared / 4.0).sqrt()
}

fn collapsed(stream: &mut Stream) -> f64 {
    if stream.uniform() < 0.06 { 0.1135 } else { 0.96 + 0.01 * stream.normal() }
}

/// An interval of a mean.
type Method = fn(&[f64], &mut Stream) -> Result<Interval, SampleError>;

const METHODS: [(&str, Method, [usize; 3]); 3] = [
    ("Student's t", |sample, _| interval_of_mean(sample, 0.95), [3, 5, 10]),
    ("bootstrap-t", |sample, stream| RESAMPLES.studentized_mean(sample, stream), [10, 30, 100]),
    ("percentile bootstrap", |sample, stream| RESAMPLES.of_mean(sample, stream), [5, 10, 30]),
];

/// As verdicts take them.
const RESAMPLES: Bootstrap = Bootstrap { resamples: 2_000, level: 0.95 };

/// The share of samples of `n` values whose interval holds the mean; a sample without an interval, or with one of no
/// width, decides nothing and is left out.
fn coverage(data: Data, method: (&str, Method), n: usize, samples: usize) -> f64 {
    let mut stream = Seed::from_number(n as u64).derive(data.name).stream(method.0);
    let (mut held, mut made) = (0, 0);
    for _ in 0..samples {
        let sample: Vec<f64> = (0..n).map(|_| (data.draw)(&mut stream)).collect();
        let Ok(interval) = (method.1)(&sample, &mut stream) else { continue };
        if interval.low < interval.high {
            made += 1;
            held += usize::from(interval.contains(data.mean));
        }
    }
    held as f64 / made as f64
}

/// The share of samples of `n` pairs whose interval holds the correlation 0.6.
fn correlation_coverage(is_heavy: bool, n: usize, samples: usize) -> f64 {
    let name = if is_heavy { "heavy pairs" } else { "normal pairs" };
    let mut stream = Seed::from_number(n as u64).stream(name);
    let draw = if is_heavy { heavy } else { |stream: &mut Stream| stream.normal() };
    let bootstrap = Bootstrap { resamples: 500, level: 0.95 };
    let held = (0..samples).filter(|_| {
        let x: Vec<f64> = (0..n).map(|_| draw(&mut stream)).collect();
        let y: Vec<f64> = x.iter().map(|x| 0.6 * x + 0.8 * draw(&mut stream)).collect();
        bootstrap.studentized_correlation(&x, &y, &mut stream).is_ok_and(|interval| interval.contains(0.6))
    });
    held.count() as f64 / samples as f64
}

/// The share of pairs of samples whose interval holds the difference of their means, 0: of the same kind, the second spread
/// three times as far around its mean.
fn difference_coverage(data: Data, n: usize, samples: usize) -> f64 {
    let mut stream = Seed::from_number(n as u64).derive(data.name).stream("differences");
    let held = (0..samples).filter(|_| {
        let left: Vec<f64> = (0..n).map(|_| (data.draw)(&mut stream) - data.mean).collect();
        let right: Vec<f64> = (0..n).map(|_| 3.0 * ((data.draw)(&mut stream) - data.mean)).collect();
        let interval = match n {
            n if n < 10 => interval_of_difference(&left, &right, 0.95),
            _ => RESAMPLES.studentized_difference(&left, &right, &mut stream),
        };
        interval.is_ok_and(|interval| interval.contains(0.0))
    });
    held.count() as f64 / samples as f64
}

/// The share of samples of `n` pairs whose Fieller interval holds the ratio of means: of numbers far from zero, both of this
/// kind, that share half of their spread.
fn ratio_coverage(data: Data, n: usize, samples: usize) -> f64 {
    let mut stream = Seed::from_number(n as u64).derive(data.name).stream("ratios");
    let (mut held, mut made) = (0, 0);
    for _ in 0..samples {
        let shared: Vec<f64> = (0..n).map(|_| (data.draw)(&mut stream)).collect();
        let mut side = || -> Vec<f64> { shared.iter().map(|one| 10.0 + one + (data.draw)(&mut stream)).collect() };
        let (above, below) = (side(), side());
        let Ok(interval) = interval_of_ratio(&above, &below, 0.95) else { continue };
        made += 1;
        held += usize::from(interval.contains(1.0));
    }
    held as f64 / made as f64
}

/// The share of samples of `n` runs whose prediction interval holds one more run.
fn prediction_coverage(data: Data, n: usize, samples: usize) -> f64 {
    let mut stream = Seed::from_number(n as u64).derive(data.name).stream("runs");
    let held = (0..samples).filter(|_| {
        let runs: Vec<f64> = (0..n).map(|_| (data.draw)(&mut stream)).collect();
        let interval = match n {
            n if n < 39 => normal_prediction_interval(&runs, 0.95).ok(),
            _ => prediction_interval(&runs, 0.95).ok().map(|prediction| prediction.interval),
        };
        interval.is_some_and(|interval| interval.contains((data.draw)(&mut stream)))
    });
    held.count() as f64 / samples as f64
}

/// The share of samples of `n` pairs whose interval holds the Spearman correlation of normal pairs of Pearson's 0.6:
/// 6 / pi * asin(0.3).
fn rank_coverage(n: usize, samples: usize) -> f64 {
    let truth = 6.0 / std::f64::consts::PI * libm::asin(0.3);
    let mut stream = Seed::from_number(n as u64).stream("ranks");
    let bootstrap = Bootstrap { resamples: 500, level: 0.95 };
    let held = (0..samples).filter(|_| {
        let x: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let y: Vec<f64> = x.iter().map(|x| 0.6 * x + 0.8 * stream.normal()).collect();
        let interval = bootstrap.studentized_correlation(&ranks(&x), &ranks(&y), &mut stream);
        interval.is_ok_and(|interval| interval.contains(truth))
    });
    held.count() as f64 / samples as f64
}

/// Clusters of networks of which some share collapses: all of them pooled by Wilson's interval, and Student's t over the
/// shares of the clusters. The intraclass correlation is 0.17.
fn share_coverage(clusters: usize, samples: usize) -> [f64; 2] {
    const EACH: usize = 30;
    let mut stream = Seed::from_number(clusters as u64).stream("shares");
    let mut held = [0; 2];
    for _ in 0..samples {
        // A share of beta(1, 4): mean 0.2, and 1 / (1 + 4 + 1) of the variance of one network lies between clusters.
        let shares: Vec<f64> = (0..clusters)
            .map(|_| {
                let share = (0..4).map(|_| stream.uniform()).fold(1.0, f64::min);
                (0..EACH).filter(|_| stream.uniform() < share).count() as f64 / EACH as f64
            })
            .collect();
        let all = (shares.iter().sum::<f64>() * EACH as f64).round() as usize;
        let pooled = wilson_interval(all, EACH * clusters, 0.95).expect("networks");
        let by_cluster = interval_of_mean(&shares, 0.95).expect("clusters");
        held[0] += usize::from(pooled.contains(0.2));
        held[1] += usize::from(by_cluster.contains(0.2));
    }
    held.map(|held| held as f64 / samples as f64)
}

/// Numbers of clusters at which a growing sample is looked at.
const LOOKS: [[usize; 3]; 2] = [[3, 7, 10], [10, 20, 40]];

/// The share of growing samples whose interval of that level holds the mean at every look, each by the method of its size.
fn looks_coverage(data: Data, looks: [usize; 3], level: f64, samples: usize) -> f64 {
    let mut stream = Seed::from_number(looks[0] as u64).derive(data.name).stream("looks");
    let bootstrap = Bootstrap { level, ..RESAMPLES };
    let held = (0..samples).filter(|_| {
        let sample: Vec<f64> = (0..looks[2]).map(|_| (data.draw)(&mut stream)).collect();
        looks.iter().all(|n| {
            let interval = match n {
                n if *n < 10 => interval_of_mean(&sample[..*n], level),
                n => bootstrap.studentized_mean(&sample[..*n], &mut stream),
            };
            // Without an interval, or with one of no width, a look decides nothing.
            interval.map_or(true, |interval| interval.low >= interval.high || interval.contains(data.mean))
        })
    });
    held.count() as f64 / samples as f64
}

/// The cells of a row, computed side by side.
fn row(name: &str, cells: Vec<Box<dyn FnOnce() -> f64 + Send>>) -> String {
    let cells: Vec<f64> = thread::scope(|scope| {
        let running: Vec<_> = cells.into_iter().map(|cell| scope.spawn(cell)).collect();
        running.into_iter().map(|cell| cell.join().expect("a simulation does not panic")).collect()
    });
    let cells: Vec<String> = cells.iter().map(|share| format!("{:.1}", 100.0 * share)).collect();
    format!("| {name} | {} |\n", cells.join(" | "))
}

/// A part of the table: its title, a note, the sizes of samples, and what is simulated.
type Part = (&'static str, &'static str, [usize; 4], fn(Data, usize, usize) -> f64);

const SECTIONS: [Part; 3] = [
    (
        "Of a difference of two independent means",
        "Welch's t below ten values a sample, bootstrap-t from ten; the second sample is spread three times as far.",
        [3, 5, 10, 30],
        difference_coverage,
    ),
    ("Of a ratio of two means", "Fieller's method; pairs share half of their spread.", [3, 5, 10, 30], ratio_coverage),
    (
        "Of one more run",
        "Student's t, s sqrt(1 + 1/n), below 39 runs; order statistics from 39 on.",
        [3, 5, 10, 39],
        prediction_coverage,
    ),
];

fn table(samples: usize) -> String {
    let mut text = format!(
        "# How often 95 % intervals hold what they estimate\n\nIn %, of {samples} simulated samples a cell (standard error at \
         95 %: {:.2}); bootstraps of 2,000 resamples. Made by `make coverage`: seeded, the same everywhere.\n\nAim: 93 in \
         every cell that decides verdicts. Where no method reaches it, the interval is short, and a verdict from it says \
         more than it knows.\n\n## Of a mean\n\n",
        100.0 * (0.95 * 0.05 / samples as f64).sqrt()
    );
    let heads = METHODS.iter().flat_map(|(name, _, sizes)| sizes.map(|n| format!("{name}, n = {n}")));
    let heads: Vec<String> = heads.collect();
    let _ = write!(text, "| data | {} |\n|---|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    for data in DATA {
        let mut cells: Vec<Box<dyn FnOnce() -> f64 + Send>> = Vec::new();
        for (name, method, sizes) in METHODS {
            for n in sizes {
                cells.push(Box::new(move || coverage(data, (name, method), n, samples)));
            }
        }
        text.push_str(&row(data.name, cells));
    }
    text.push_str(
        "\n## Of a correlation of 0.6\n\nStudentised on Fisher's scale with the jackknife of each resample, 500 resamples.\n\n\
         | data | n = 20 | n = 50 | n = 100 |\n|---|---|---|---|\n",
    );
    for (name, is_heavy) in [("normal pairs", false), ("Student's t, 4 degrees of freedom", true)] {
        let cell =
            |n| -> Box<dyn FnOnce() -> f64 + Send> { Box::new(move || correlation_coverage(is_heavy, n, samples / 2)) };
        text.push_str(&row(name, [20, 50, 100].map(cell).into()));
    }
    let cell = |n| -> Box<dyn FnOnce() -> f64 + Send> { Box::new(move || rank_coverage(n, samples / 2)) };
    text.push_str(&row("normal pairs, Spearman's", [20, 50, 100].map(cell).into()));
    for (title, note, sizes, of) in SECTIONS {
        let heads = sizes.map(|n| format!("n = {n}")).join(" | ");
        let _ = write!(text, "\n## {title}\n\n{note}\n\n| data | {heads} |\n|---|---|---|---|---|\n");
        for data in DATA {
            let cell = |n| -> Box<dyn FnOnce() -> f64 + Send> { Box::new(move || of(data, n, samples)) };
            text.push_str(&row(data.name, sizes.map(cell).into()));
        }
    }
    text.push_str(
        "\n## Of a share over clusters\n\n30 networks in each cluster, a fifth of them collapsed, intraclass correlation 0.17.\n\n\
         | clusters | Wilson, all pooled | Student's t over the clusters' shares |\n|---|---|---|\n",
    );
    for clusters in [3, 5, 10, 30] {
        let [pooled, by_cluster] = share_coverage(clusters, samples);
        let _ = writeln!(text, "| {clusters} | {:.1} | {:.1} |", 100.0 * pooled, 100.0 * by_cluster);
    }
    text.push_str(
        "\n## Of a mean that is looked at three times\n\nThe share of growing samples whose interval holds the mean at every look: \
         at 95 % each, and at 98.33 % each, as planned looks are.\n\n| data |",
    );
    let each = [0.95, 1.0 - 0.05 / 3.0];
    for [first, second, last] in LOOKS {
        let _ = write!(text, " {first}, {second}, {last} at 95 % | at 98.33 % |");
    }
    text.push_str("\n|---|---|---|---|---|\n");
    for data in DATA {
        let cells = LOOKS.iter().flat_map(|looks| each.map(|level| (*looks, level)));
        let cell = |(looks, level)| -> Box<dyn FnOnce() -> f64 + Send> {
            Box::new(move || looks_coverage(data, looks, level, samples))
        };
        text.push_str(&row(data.name, cells.map(cell).collect()));
    }
    text
}

fn main() {
    let samples = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(200);
    print!("{}", table(samples));
}
