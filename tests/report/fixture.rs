//! Two made-up reports: a tiny one whose every line is expected, and one of the size of a real experiment.

use std::collections::BTreeSet;

use renas::base::digest::Digest;
use renas::base::metric::Unit;
use renas::base::seed::Seed;
use renas::report::claim::{Claim, Direction, Expectation, Foil};
use renas::report::clusters::Clusters;
use renas::report::findings::{Cell, Figure, Findings, Form, Measured, Quantity, Series, Table};
use renas::report::judge::{JudgeContext, judge};
use renas::report::page::{AuditEntry, Clock, DataSet, Deviation, Experiment, Fact, NotRun, Paper, Report, RunRecord};
use renas::report::range::Range;
use renas::report::summary::summarize;

use crate::pieces::{self, profile};

fn text(words: &str) -> String {
    words.to_owned()
}

fn digits() -> DataSet {
    DataSet {
        name: text("digits"),
        title: text("Optical recognition of handwritten digits (UCI, 8 x 8 grey levels)"),
        digest: Digest::of(b"digits"),
        samples: text("1,797: 1,257 train, 180 validation, 360 test"),
        licence: text("CC BY 4.0"),
    }
}

fn quantity(label: &str, unit: Unit, data: &str, measured: Measured) -> Quantity {
    Quantity {
        label: text(label),
        unit,
        data: text(data),
        over: text("search seed"),
        cluster: text("search seed"),
        range: Range::ANY,
        measured,
        observed_time: false,
        imported: false,
        handed_in: false,
        definition: String::new(),
    }
}

fn claim(id: &str, source: &str, sentence: &str, data: &[&str], expectation: Expectation) -> Claim {
    let data = data.iter().map(|name| text(name)).collect();
    Claim { data, ..Claim::new(id, source, sentence, expectation) }
}

fn judged(experiment: Experiment, claims: &[Claim], ran: &[&str]) -> Experiment {
    let summaries = summarize(&experiment.findings);
    let ran: Vec<String> = ran.iter().map(|name| text(name)).collect();
    let (promised, clusters) = (&BTreeSet::new(), &Clusters::default());
    let setting = JudgeContext { data: &ran, profile: "quick", clock: Clock::CostModel, promised, clusters };
    let judgements = claims.iter().map(|claim| judge(claim, &experiment.findings, &summaries, setting)).collect();
    Experiment { summaries, judgements, ..experiment }
}

/// The nearest other row of a table.
fn other_row(value: f64) -> Option<Foil> {
    Some(Foil::Value { value, is: text("the nearest other row") })
}

/// One experiment with one of everything.
pub(crate) fn tiny() -> Report {
    let samples = |start: f64| Measured::Samples((0..40).map(|index| start + f64::from(index) / 1024.0).collect());
    let mut time = quantity("seconds of a search", Unit::Seconds, "digits", samples(2.0));
    time.observed_time = true;
    let estimate = Measured::Estimate {
        value: -0.5,
        low: -0.625,
        high: -0.375,
        n: 250,
        interval: text("bootstrap over networks"),
    };
    let findings = Findings {
        quantities: [
            (text("paper.digits.accuracy"), quantity("mean accuracy", Unit::Fraction, "digits", samples(0.9))),
            (text("paper.digits.correlation"), quantity("correlation", Unit::One, "digits", estimate)),
            (text("paper.digits.seconds"), time),
        ]
        .into(),
        tables: vec![Table {
            id: text("table1"),
            title: text("Table 1"),
            caption: text("Accuracy over 40 search seeds; intervals are 95 %."),
            columns: ["variant", "accuracy", "the paper's"].map(text).to_vec(),
            rows: vec![
                vec![
                    Cell::Text(text("`paper`, as written")),
                    Cell::Quantity(text("paper.digits.accuracy")),
                    Cell::Number { value: 0.968, unit: Unit::Fraction },
                ],
                vec![
                    Cell::Text(text("a, \"b\" | c")),
                    Cell::Empty,
                    Cell::Number { value: 116239.0, unit: Unit::Count },
                ],
            ],
        }],
        figures: vec![Figure {
            id: text("figure1"),
            title: text("Figure 1"),
            caption: text("Accuracy rises over the generations."),
            form: Form::Lines,
            x_label: text("generation"),
            y_label: text("accuracy (fraction)"),
            series: vec![Series::new("paper", vec![vec![1.0, 0.9], vec![5.0, 0.95]])],
            ..Figure::default()
        }],
    };
    let claims = [
        claim(
            "accuracy",
            "Table 1, row 1",
            "The mean accuracy is 92 %.",
            &[],
            Expectation::OneRun { quantity: text("paper.digits.accuracy"), value: 0.92, foil: other_row(0.87) },
        ),
        claim(
            "accuracy-mnist",
            "Table 1, row 2",
            "On MNIST it is 96.8 %.",
            &["mnist"],
            Expectation::OneRun { quantity: text("paper.mnist.accuracy"), value: 0.968, foil: other_row(0.87) },
        ),
        claim(
            "no-trade-off",
            "Section 4",
            "There is no trade-off: the correlation is above -0.2.",
            &["digits"],
            Expectation::Bound {
                quantity: text("paper.digits.correlation"),
                least: Some(-0.2),
                most: None,
                paper: None,
                foil: None,
            },
        ),
        claim(
            "seconds",
            "Abstract",
            "A search takes seconds.",
            &[],
            Expectation::Bound {
                quantity: text("paper.digits.seconds"),
                least: None,
                most: Some(60.0),
                paper: None,
                foil: None,
            },
        ),
    ];
    let experiment = Experiment {
        id: text("tiny"),
        title: text("Tiny"),
        paper: Paper {
            title: text("A paper <of> one table"),
            authors: text("A. Nobody"),
            year: Some(2024),
            link: text("https://example.org/paper?a=1&b=2"),
        },
        summary: text("What was done,\n  folded.\n\nWhat was seen: `code` and *no* emphasis."),
        found: vec![text("The mean accuracy is 91.9\u{a0}% [91.5, 92.3] (n\u{a0}=\u{a0}40, search seed).")],
        as_written: vec![Fact { name: text("epochs"), value: text("600") }],
        settings: vec![Fact { name: text("Search seeds"), value: text("40") }],
        data: vec![digits()],
        findings,
        summaries: Default::default(),
        judgements: Vec::new(),
        audit: vec![AuditEntry {
            id: text("introspectability"),
            subject: text("Distance or similarity"),
            paper_says: text("Mean cosine distance."),
            code_does: text("Mean cosine similarity of ReLU logits (`architectures.py:86`)."),
            we_do: text("Both, as variants."),
            source: text("equation 1"),
            affects: vec![text("no-trade-off")],
        }],
        deviations: vec![Deviation {
            id: text("validation"),
            what: text("The search reads the validation split."),
            why: text("The test split would leak."),
        }],
        carried: pieces::carried(),
        trials: pieces::trials(),
        unfinished: None,
        not_run: vec![NotRun { what: text("MNIST and CIFAR-10"), why: text("this profile runs the embedded digits.") }],
        reproduce: vec![text("make reproduce PROFILE=quick"), text("renas run --only tiny")],
        run: None,
        evidence: Some(b"evidence".to_vec()),
    };
    Report { profile: profile("quick"), experiments: vec![judged(experiment, &claims, &["digits"])] }
}

/// An experiment of the size of EcoNAS, from seeded noise, beside the tiny one.
pub(crate) fn realistic() -> Report {
    let mut report = tiny();
    let mut stream = Seed::from_number(1).stream("fixture");
    let mut findings = Findings::default();
    let metrics =
        [("accuracy", Unit::Fraction, 0.7), ("introspectability", Unit::One, 0.3), ("flops", Unit::MultiplyAdds, 1e5)];
    for data in ["digits", "mnist"] {
        for variant in ["reference", "paper", "corrected"] {
            let mut table = Table {
                id: format!("table2_{data}_{variant}"),
                title: format!("Table 2, {data}, variant {variant}"),
                caption: text("Means of the last population over 100 search seeds, beside the paper's numbers."),
                columns: [
                    "Generations",
                    "Accuracy",
                    "paper",
                    "Introspectability",
                    "paper",
                    "FLOPs (multiply-adds)",
                    "paper",
                ]
                .map(text)
                .to_vec(),
                rows: Vec::new(),
            };
            for (row, generations) in [8, 12, 15].into_iter().enumerate() {
                let mut cells = vec![Cell::Number { value: f64::from(generations), unit: Unit::Count }];
                for (metric, unit, centre) in metrics {
                    let name = format!("{variant}.{data}.g{generations}.{metric}");
                    let draw = |_| centre * (1.0 + 0.02 * row as f64 + 0.05 * stream.normal());
                    let measured = Measured::Samples((0..100).map(draw).collect());
                    let label = format!("mean {metric} after {generations} generations, {data}, variant {variant}");
                    findings.quantities.insert(name.clone(), quantity(&label, unit, data, measured));
                    cells.push(Cell::Quantity(name));
                    cells.push(Cell::Number { value: centre * 1.05, unit });
                }
                table.rows.push(cells);
            }
            findings.tables.push(table);
            for (form, points) in [(Form::Lines, 250), (Form::Scatter3d, 250), (Form::Scatter, 3_000)] {
                let mut series = Vec::new();
                for generation in if form == Form::Scatter3d { vec![15] } else { vec![1, 5, 9, 13] } {
                    let mut point = |index: usize| match form {
                        Form::Lines => vec![index as f64, 2e5 / f64::from(generation) * (2.0 + stream.normal()).abs()],
                        Form::Scatter | Form::Density => {
                            let across = stream.normal();
                            vec![across, across * across + 0.5 * stream.normal() + f64::from(generation)]
                        }
                        Form::Scatter3d => {
                            let across = stream.uniform();
                            vec![
                                1e5 * across,
                                0.3 + 0.2 * across + 0.02 * stream.normal(),
                                0.9 + 0.05 * across * across,
                            ]
                        }
                        Form::Bars | Form::Strips | Form::Diagram => Vec::new(),
                    };
                    let count = if generation == 13 && form == Form::Scatter { 60 } else { points };
                    let points = (0..count).map(&mut point).collect();
                    series.push(Series::new(format!("generation {generation}"), points));
                }
                findings.figures.push(Figure {
                    id: format!("figure_{form:?}_{data}_{variant}").to_lowercase(),
                    title: format!("Figure, {form:?}, {data}, {variant}"),
                    caption: text("One line per generation; the cost falls while its spread stays. n = 250 networks of one search seed."),
                    form,
                    x_label: text("index in the population"),
                    y_label: text("FLOPs (multiply-adds)"),
                    z_label: (form == Form::Scatter3d).then(|| text("accuracy (fraction)")),
                    series,
                    ..Figure::default()
                });
            }
        }
    }
    let mut claims = Vec::new();
    for data in ["mnist", "cifar10"] {
        for generations in [8, 12, 15] {
            for (metric, _, value) in metrics {
                claims.push(claim(
                    &format!("table2-{data}-g{generations}-{metric}"),
                    &format!("Table 2, {data}, {generations} generations"),
                    &format!("After {generations} generations the mean {metric} on {data} is as printed."),
                    &[data],
                    Expectation::OneRun {
                        quantity: format!("reference.{data}.g{generations}.{metric}"),
                        value: if generations == 8 { value * 1.3 } else { value },
                        foil: other_row(2.0 * value),
                    },
                ));
            }
        }
    }
    let list = |metric: &str| [8, 12, 15].map(|g| format!("reference.mnist.g{g}.{metric}")).to_vec();
    let rising = Direction::Rising;
    claims.extend([
        claim(
            "trend-accuracy",
            "Table 2",
            "Accuracy rises over the generations.",
            &[],
            Expectation::Trend { quantities: list("accuracy"), direction: rising, at: Vec::new() },
        ),
        claim(
            "order-flops",
            "Section 4.1",
            "FLOPs fall with every step.",
            &[],
            Expectation::Ordering { quantities: list("flops"), direction: Direction::Falling },
        ),
        claim(
            "same",
            "Section 4.2",
            "Eight and twelve generations give the same accuracy.",
            &[],
            Expectation::Equivalence {
                left: text("reference.mnist.g8.accuracy"),
                right: Some(text("reference.mnist.g12.accuracy")),
                margin: 0.01,
                from: text("a point of Table 2"),
                foil: None,
            },
        ),
        claim(
            "parts",
            "Abstract",
            "Accuracy and introspectability rise together.",
            &[],
            Expectation::All(vec![
                Expectation::Trend { quantities: list("accuracy"), direction: rising, at: Vec::new() },
                Expectation::Trend {
                    quantities: list("introspectability"),
                    direction: Direction::Falling,
                    at: Vec::new(),
                },
            ]),
        ),
        claim(
            "tolerance",
            "Section 5",
            "The variants do not differ.",
            &[],
            Expectation::Ratio {
                numerator: text("paper.mnist.g15.accuracy"),
                denominator: text("corrected.mnist.g15.accuracy"),
                value: Some(1.0),
                tolerance: Some(0.015),
                least: None,
                most: None,
                foil: None,
            },
        ),
        claim(
            "xnas",
            "Section 4.3",
            "Scores are higher than those of XNAS.",
            &[],
            Expectation::Untestable { reason: text("another metric") },
        ),
    ]);
    let template = report.experiments[0].clone();
    let mut audit = template.audit.clone();
    audit.extend((0..8).map(|index| AuditEntry { id: format!("entry-{index}"), ..template.audit[0].clone() }));
    let mnist = DataSet {
        name: text("mnist"),
        title: text("MNIST handwritten digits, 28 x 28 grey levels"),
        digest: Digest::of(b"mnist"),
        samples: text("70,000: 50,000 train, 10,000 validation, 10,000 test"),
        licence: text("CC BY-SA 3.0"),
    };
    let experiment = Experiment {
        id: text("econas"),
        title: text("EcoNAS"),
        paper: Paper {
            title: text("Exploring trade-offs in computational efficiency and interpretability in NAS structures"),
            authors: text("Jeanine Ohene-Agyei"),
            year: Some(2023),
            link: text("https://github.com/jeanine5/UofT-ProjectX-2023"),
        },
        data: vec![mnist, digits()],
        findings,
        audit,
        ..template
    };
    report.experiments.push(judged(experiment, &claims, &["digits", "mnist"]));
    let fact = |name: &str, value: &str| Fact { name: text(name), value: text(value) };
    report.experiments[0].run = Some(RunRecord {
        facts: vec![
            fact("Machine", "2 cores of an AMD EPYC, 8 GB, Debian 12"),
            fact("Fingerprint", &Digest::of(b"f").to_string()),
        ],
    });
    report
}
