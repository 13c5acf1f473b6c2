//! NSGA-II: Deb, Pratap, Agarwal and Meyarivan 2002, <https://doi.org/10.1109/4235.996017>.
//!
//! A paper's variant of it is another `Scheme`, made of these parts or its own.

use super::evolution::{Evolution, Scheme};
use super::pareto::{crowding_distance, non_dominated_sort};
use renas_base::seed::Stream;

/// NSGA-II as it was published.
pub type Nsga2<V, const M: usize> = Evolution<V, RankAndCrowding, M>;

/// The scheme of NSGA-II: elitist truncation by rank, then crowding, and a binary tournament by the same two.
///
/// Ties fall to the lower index: in the truncation to the earlier member of the pool (parents before offspring), in
/// the tournament to the individual drawn first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RankAndCrowding {
    ranks: Vec<usize>,
    crowding: Vec<f64>,
}

impl<const M: usize> Scheme<M> for RankAndCrowding {
    fn survivors(&mut self, pool: &[[f64; M]], capacity: usize) -> Vec<usize> {
        let fronts = non_dominated_sort(pool);
        let mut survivors = Vec::with_capacity(capacity);
        self.ranks.clear();
        self.crowding.clear();
        for (rank, front) in fronts.iter().enumerate() {
            let room = capacity - survivors.len();
            if room == 0 {
                break;
            }
            // Crowding is that of the whole front, also where only a part of it survives.
            let objectives: Vec<[f64; M]> = front.iter().map(|&index| pool[index]).collect();
            let crowding = crowding_distance(&objectives);
            let mut members: Vec<usize> = (0..front.len()).collect();
            if front.len() > room {
                members = truncate_by_crowding(&crowding, room);
            }
            self.ranks.extend(members.iter().map(|_| rank));
            self.crowding.extend(members.iter().map(|&member| crowding[member]));
            survivors.extend(members.iter().map(|&member| front[member]));
        }
        survivors
    }

    fn parent(&self, stream: &mut Stream) -> usize {
        binary_tournament(self.ranks.len(), stream, |first, second| {
            let (a, b) = (self.ranks[first], self.ranks[second]);
            b < a || (a == b && self.crowding[second] > self.crowding[first])
        })
    }
}

impl RankAndCrowding {
    /// The front of each individual of the current population, in the pool that it survived.
    pub fn ranks(&self) -> &[usize] {
        &self.ranks
    }

    /// The crowding distance of each individual of the current population, in its front of that pool.
    pub fn crowding(&self) -> &[f64] {
        &self.crowding
    }
}

/// The `count` least crowded members of a front, from the least crowded on; ties in ascending index.
pub fn truncate_by_crowding(crowding: &[f64], count: usize) -> Vec<usize> {
    let mut members: Vec<usize> = (0..crowding.len()).collect();
    members.sort_unstable_by(|&a, &b| crowding[b].total_cmp(&crowding[a]).then(a.cmp(&b)));
    members.truncate(count);
    members
}

/// One of two different random individuals of `0..count`: the second drawn where it wins, else the first.
///
/// `second_wins(first, second)` decides. Of a single individual it is that one. Panics where there is none.
pub fn binary_tournament(count: usize, stream: &mut Stream, second_wins: impl Fn(usize, usize) -> bool) -> usize {
    let first = stream.below(count);
    if count == 1 {
        return first;
    }
    let other = stream.below(count - 1);
    let second = other + usize::from(other >= first);
    if second_wins(first, second) { second } else { first }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::evolution::{Ask, Settings, Termination, Variation};
    use super::super::fixture::points;
    use super::super::hypervolume::hypervolume_2d;
    use super::*;
    use renas_base::seed::Seed;

    /// Numbers in 0..=1: one-point crossover, and a mutation that draws one number anew.
    #[derive(Clone, Debug)]
    struct Numbers;

    impl Variation for Numbers {
        type Genotype = Vec<f64>;

        fn sample(&self, stream: &mut Stream) -> Vec<f64> {
            (0..6).map(|_| stream.uniform()).collect()
        }

        fn crossover(&self, first: &Vec<f64>, second: &Vec<f64>, stream: &mut Stream) -> Vec<f64> {
            let cut = stream.between(1, 5);
            [&first[..cut], &second[cut..]].concat()
        }

        fn mutate(&self, mut genotype: Vec<f64>, stream: &mut Stream) -> Vec<f64> {
            let place = stream.below(6);
            genotype[place] = stream.uniform();
            genotype
        }
    }

    /// ZDT1 (Zitzler, Deb and Thiele 2000, <https://doi.org/10.1162/106365600568202>) of six variables.
    fn zdt1(x: &[f64]) -> [f64; 2] {
        let g = 1.0 + 9.0 * x[1..].iter().sum::<f64>() / 5.0;
        [x[0], g * (1.0 - (x[0] / g).sqrt())]
    }

    fn settings() -> Settings {
        Settings { population: 40, generations: 60, evaluations: None, crossover_rate: 0.9, mutation_rate: 1.0 }
    }

    fn run(settings: Settings, seed: u64) -> (Nsga2<Numbers, 2>, Termination) {
        let scheme = RankAndCrowding::default();
        let mut search = Nsga2::new(Numbers, scheme, settings, Seed::from_number(seed)).expect("settings in range");
        loop {
            match search.ask() {
                Ask::Evaluate(genotypes) => {
                    let objectives: Vec<[f64; 2]> = genotypes.iter().map(|genotype| zdt1(genotype)).collect();
                    search.tell(&objectives);
                }
                Ask::Finished(termination) => return (search, termination),
            }
        }
    }

    /// pymoo 0.6.2, `RankAndCrowding().do(problem, population, n_survive=35)`: the set. The 35 end between two unequal distances.
    #[test]
    fn the_survivors_are_those_of_pymoo() {
        let mut survivors = RankAndCrowding::default().survivors(&points::<3>(2, 60, 1024), 35);
        survivors.sort_unstable();
        let expected = [
            2, 4, 7, 8, 9, 10, 11, 12, 14, 16, 17, 18, 19, 22, 23, 24, 25, 26, 27, 28, 30, 31, 35, 36, 40, 41, 42, 44,
            45, 46, 49, 50, 52, 54, 56,
        ];
        assert_eq!(survivors, expected);
    }

    /// The front of ZDT1 has the area 1 - integral of (1 - sqrt(x)) = 2/3 below it; up to (1.1, 1.1) the hypervolume
    /// is 1.21 - 1/3 = 0.877 in the limit of infinitely many points.
    #[test]
    fn it_finds_the_front_of_zdt1() {
        let (search, termination) = run(Settings { generations: 150, ..settings() }, 1);
        assert_eq!(termination, Termination::GenerationLimit);
        let hypervolume = hypervolume_2d(&search.population().objectives, &[1.1, 1.1]);
        assert!((0.80..0.8767).contains(&hypervolume), "{hypervolume}");
    }

    #[test]
    fn every_evaluation_is_counted_and_the_population_keeps_its_size() {
        let (search, _) = run(settings(), 2);
        assert_eq!(search.evaluations(), 40 + 60 * 40);
        assert_eq!((search.population().genotypes.len(), search.generation()), (40, 60));
        for (genotype, objectives) in search.population().genotypes.iter().zip(&search.population().objectives) {
            assert_eq!(zdt1(genotype), *objectives);
        }
    }

    #[test]
    fn an_evaluation_limit_is_never_passed_and_is_named() {
        let (search, termination) = run(Settings { evaluations: Some(199), ..settings() }, 2);
        assert_eq!((search.evaluations(), termination), (160, Termination::EvaluationLimit));
    }

    #[test]
    fn the_same_seed_gives_the_same_search_and_another_seed_another() {
        let population = |seed| run(settings(), seed).0.population().clone();
        assert_eq!(population(3), population(3));
        assert_ne!(population(3), population(4));
    }

    /// Searches are part of recorded results: these values may change only with a version of what records them.
    #[test]
    fn a_short_search_is_pinned() {
        let (search, _) = run(Settings { population: 8, generations: 3, ..settings() }, 5);
        let first: Vec<u64> = search.population().objectives.iter().map(|point| (point[0] * 1e6) as u64).collect();
        assert_eq!(first, PINNED);
    }

    const PINNED: [u64; 8] = [617427, 142921, 19732, 19732, 617427, 142921, 19732, 617427];

    /// Keeps the youngest and loses one a generation, as a faulty reference may.
    #[derive(Default)]
    struct Youngest {
        size: usize,
    }

    impl Scheme<2> for Youngest {
        fn survivors(&mut self, pool: &[[f64; 2]], capacity: usize) -> Vec<usize> {
            self.size = if self.size == 0 { capacity } else { self.size - 1 };
            (pool.len() - self.size..pool.len()).collect()
        }

        fn parent(&self, stream: &mut Stream) -> usize {
            binary_tournament(self.size, stream, |first, second| second > first)
        }
    }

    #[test]
    fn a_variant_with_another_scheme_may_change_the_size_of_its_population() {
        let settings = Settings { generations: 3, ..settings() };
        let mut search =
            Evolution::new(Numbers, Youngest::default(), settings, Seed::from_number(8)).expect("in range");
        let mut asked = Vec::new();
        while let Ask::Evaluate(genotypes) = search.ask() {
            let objectives: Vec<[f64; 2]> = genotypes.iter().map(|genotype| zdt1(genotype)).collect();
            asked.push(objectives.len());
            search.tell(&objectives);
        }
        assert_eq!((asked, search.population().genotypes.len()), (vec![40, 40, 39, 38], 37));
    }

    #[test]
    fn asking_twice_asks_the_same() {
        let scheme = RankAndCrowding::default();
        let mut search = Nsga2::<_, 2>::new(Numbers, scheme, settings(), Seed::from_number(6)).expect("in range");
        let Ask::Evaluate(first) = search.ask() else { panic!("nothing was told yet") };
        let first = first.to_vec();
        assert_eq!(search.ask(), Ask::Evaluate(&first));
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let new = |settings| Nsga2::<_, 2>::new(Numbers, RankAndCrowding::default(), settings, Seed::from_number(1));
        let error = new(Settings { mutation_rate: 1.5, ..settings() }).expect_err("a rate of 1.5");
        assert_eq!(error.to_string(), "mutation_rate is 1.5; it must be between 0 and 1");
        assert!(new(Settings { crossover_rate: f64::NAN, ..settings() }).is_err());
        assert!(new(Settings { population: 0, ..settings() }).is_err());
    }

    #[test]
    fn a_tournament_prefers_the_better_rank_then_the_less_crowded() {
        let scheme = RankAndCrowding { ranks: vec![1, 0, 0], crowding: vec![9.0, 1.0, 2.0] };
        let mut stream = Seed::from_number(7).stream("tournament");
        let mut wins = [0; 3];
        for _ in 0..300 {
            wins[Scheme::<2>::parent(&scheme, &mut stream)] += 1;
        }
        // Two different individuals meet: the worst never wins, the best wins two of the three pairings.
        assert_eq!(wins[0], 0);
        assert!((160..240).contains(&wins[2]), "{wins:?}");
    }

    proptest! {
        #[test]
        fn nothing_better_than_a_survivor_is_lost(
            pool in prop::collection::vec(prop::array::uniform3((0..8u8).prop_map(f64::from)), 1..80),
            capacity in 1..60usize,
        ) {
            let mut scheme = RankAndCrowding::default();
            let survivors = scheme.survivors(&pool, capacity);
            let mut distinct = survivors.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(distinct.len(), capacity.min(pool.len()));
            let fronts = non_dominated_sort(&pool);
            let worst = survivors.iter().map(|&index| fronts.ranks()[index]).max().expect("one survives");
            for lost in (0..pool.len()).filter(|index| !survivors.contains(index)) {
                prop_assert!(fronts.ranks()[lost] >= worst);
            }
            let ranks: Vec<usize> = survivors.iter().map(|&index| fronts.ranks()[index]).collect();
            prop_assert_eq!(scheme.ranks(), ranks);
            prop_assert_eq!(scheme.crowding().len(), survivors.len());
        }
    }
}
