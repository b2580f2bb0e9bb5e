//! What the demo's shop sells: a few hundred articles, each with its price, some of them more popular than others.

use super::chance::Chance;
use super::goods::{KINDS, Kind};
use super::prices::Prices;

/// An article.
#[derive(Clone, Debug)]
pub(super) struct Article {
    pub(super) kind: usize,
    pub(super) sku: String,
    pub(super) name: String,
    pub(super) brand: &'static str,
    /// In minor units.
    pub(super) price: i64,
}

/// Everything on sale.
pub(super) struct Catalogue {
    articles: Vec<Article>,
    /// The articles of each kind, the most popular first.
    popular: Vec<Vec<usize>>,
}

/// A buyer's liking for each category.
pub(super) type Taste = [f64; KINDS.len()];

impl Catalogue {
    /// The catalogue at the prices of a currency. Chance decides what is popular.
    pub(super) fn new(prices: &Prices, chance: &mut Chance) -> Self {
        let mut articles = Vec::new();
        let mut popular = Vec::new();
        for (place, kind) in KINDS.iter().enumerate() {
            let first = articles.len();
            for (number, (good, euros)) in kind.goods.iter().enumerate() {
                for (variant, style) in kind.styles.iter().enumerate() {
                    articles.push(Article {
                        kind: place,
                        sku: format!("{}-{:03}", kind.code, 100 + number * 10 + variant),
                        name: format!("{good}, {style}"),
                        brand: kind.brands[(number + variant) % kind.brands.len()],
                        price: prices.label(euros * STYLE[variant]),
                    });
                }
            }
            let mut ranked: Vec<(f64, usize)> = (first..articles.len()).map(|one| (chance.factor(1.0), one)).collect();
            ranked.sort_by(|one, other| one.0.total_cmp(&other.0));
            popular.push(ranked.into_iter().map(|(_, article)| article).collect());
        }
        Self { articles, popular }
    }

    /// What a buyer of that taste takes in a month (0 is January).
    pub(super) fn pick(&self, taste: &Taste, month: usize, chance: &mut Chance) -> usize {
        let weights = KINDS.iter().zip(taste).map(|(kind, liking)| kind.weight * kind.season[month % 12] * liking);
        let articles = &self.popular[chance.weighted(weights)];
        articles[chance.weighted((0u32..).take(articles.len()).map(|rank| 1.0 / (f64::from(rank) + 3.0)))]
    }

    /// An article.
    pub(super) fn article(&self, article: usize) -> &Article {
        &self.articles[article]
    }

    /// The category of an article.
    pub(super) fn kind(&self, article: usize) -> &'static Kind {
        &KINDS[self.articles[article].kind]
    }
}

/// What each style of an article costs, as a factor.
const STYLE: [f64; 4] = [1.0, 1.15, 0.88, 1.3];
