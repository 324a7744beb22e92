//! Who promotes the demo shop: 60 invented affiliates, from the one that brings thousands of orders to
//! those that never brought any.

/// How many of a thousand orders are fake where nobody cheats.
pub(super) const USUAL_FAKES_PER_MILLE: u32 = 5;

/// An affiliate of the demo shop.
#[derive(Debug)]
pub(super) struct Promoter {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    /// Percent, instead of the shop's rate.
    pub(super) rate: Option<&'static str>,
    /// How many of a thousand orders are fake.
    pub(super) fakes_per_mille: u32,
    /// False where the shop has parted with it lately.
    pub(super) active: bool,
    /// How many orders it brings; unset where its rank decides.
    pub(super) orders: Option<usize>,
}

impl Promoter {
    const fn new(code: &'static str, name: &'static str) -> Self {
        Self {
            code,
            name,
            rate: None,
            fakes_per_mille: USUAL_FAKES_PER_MILLE,
            active: true,
            orders: None,
        }
    }

    const fn rate(mut self, percent: &'static str) -> Self {
        self.rate = Some(percent);
        self
    }

    const fn fakes(mut self, per_mille: u32) -> Self {
        self.fakes_per_mille = per_mille;
        self
    }

    const fn inactive(mut self) -> Self {
        self.active = false;
        self
    }

    const fn brings(mut self, orders: usize) -> Self {
        self.orders = Some(orders);
        self
    }

    /// Whether an admin would look into its orders.
    pub(super) fn is_suspicious(&self) -> bool {
        self.fakes_per_mille > USUAL_FAKES_PER_MILLE
    }
}

/// The largest first: the rank decides on the share of orders.
#[rustfmt::skip]
pub(super) static ROSTER: [Promoter; 60] = [
    Promoter::new("teeundtassen", "Tee & Tassen (Blog)").rate("8"),
    Promoter::new("morgenkaffee", "Morgenkaffee, der Podcast").rate("7.5"),
    Promoter::new("sparfuchs24", "Sparfuchs24 Gutscheine").rate("4"),
    Promoter::new("brewlog", "The Brew Log"),
    Promoter::new("gutscheinkiste", "Gutscheinkiste").rate("4").fakes(240),
    Promoter::new("espressoelli", "Espresso-Elli"),
    Promoter::new("matchamoment", "Matcha Moment").rate("7"),
    Promoter::new("kaffeeklatsch", "Kaffeeklatsch Hamburg"),
    Promoter::new("dealradar", "Dealradar").rate("3.5").fakes(320),
    Promoter::new("teatimetom", "Tea Time Tom"),
    Promoter::new("dieroesterei", "Die Rösterei-Rundschau"),
    Promoter::new("ostfriesentee", "Ostfriesentee & Kluntje"),
    Promoter::new("flatwhitefriday", "Flat White Friday"),
    Promoter::new("buerokueche", "Büroküche Magazin"),
    Promoter::new("chaichica", "Chai Chica"),
    Promoter::new("filterfreunde", "Filterfreunde Leipzig"),
    Promoter::new("coldbrewclub", "Cold Brew Club"),
    Promoter::new("oolongoutpost", "Oolong Outpost"),
    Promoter::new("kannenkunde", "Kannenkunde"),
    Promoter::new("baristabasics", "Barista Basics"),
    Promoter::new("slowsunday", "Slow Sunday Newsletter"),
    Promoter::new("roibuschrosi", "Rooibos mit Rosi"),
    Promoter::new("cupandcrema", "Cup & Crema"),
    Promoter::new("bonusbiene", "Bonusbiene").rate("4").inactive(),
    Promoter::new("wachmacher", "Wachmacher-Blog"),
    Promoter::new("teezeremonie", "Teezeremonie Berlin"),
    Promoter::new("vanlifekaffee", "Vanlife & Kaffee"),
    Promoter::new("aeropressanna", "AeroPress Anna"),
    Promoter::new("fairgetrunken", "Fair getrunken"),
    Promoter::new("koffeinkurier", "Koffeinkurier"),
    Promoter::new("darjeelingdaily", "Darjeeling Daily"),
    Promoter::new("zuckerfrei", "Zuckerfrei glücklich"),
    Promoter::new("milchschaum", "Milchschaum & Meer"),
    Promoter::new("studitasse", "Studitasse"),
    Promoter::new("senchasommer", "Sencha-Sommer"),
    Promoter::new("bohnenbote", "Bohnenbote").inactive(),
    Promoter::new("pourover", "Pour Over Peter"),
    Promoter::new("kraeuterkate", "Kräuterkate"),
    Promoter::new("lesecafe", "Lesecafé am Deich"),
    Promoter::new("earlgreyeva", "Earl Grey Eva"),
    Promoter::new("homeofficeheld", "Homeoffice-Held"),
    Promoter::new("zerowastecup", "Zero Waste Cup"),
    Promoter::new("mokkamarie", "Mokka Marie"),
    Promoter::new("teegartenzh", "Teegarten Zürich"),
    Promoter::new("stovetop", "Stovetop Stories"),
    Promoter::new("assamandi", "Assam Andi"),
    Promoter::new("kaffeesatz", "Kaffeesatz lesen"),
    Promoter::new("ritualraum", "Ritualraum"),
    Promoter::new("jasminjournal", "Jasmin-Journal"),
    Promoter::new("rundumstadt", "Rund um die Stadt"),
    Promoter::new("pausenbrot", "Pausenbrot & Co."),
    Promoter::new("deichschaf", "Deichschaf-Blog"),
    Promoter::new("erstekanne", "Erste Kanne").brings(1),
    Promoter::new("puerhpaul", "Pu-Erh Paul").brings(1),
    Promoter::new("lattelena", "Latte Lena").brings(1),
    Promoter::new("teebeutelbert", "Teebeutel-Bert").brings(1),
    Promoter::new("nachtschicht", "Nachtschicht-Podcast").brings(0),
    Promoter::new("gruenerbecher", "Grüner Becher").brings(0),
    Promoter::new("kapselfrei", "Kapselfrei").brings(0),
    Promoter::new("wolkentee", "Wolkentee").brings(0),
];
