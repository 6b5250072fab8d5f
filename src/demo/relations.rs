//! From a plan to its relations on both sides, with their truth.

use super::DemoCase;
use super::lists::{CUSTOMER_MAP, DemoSheetRows, REFUSALS};
use super::people::{CorpIds, CustomerTraits};
use super::plan::{
    Likeness, Origins, PlanCustomers, RefusalKind, RelationFate, Scene, SourceForm, SourceRelation, TargetForm,
    TargetRelation, Under,
};
use super::planter::PlanInstance;
use super::world::{DAY, FINISH, HOUR, START};
use crate::schema::vocabulary::{MatchMethod, Origin, Word};

/// 2021-01-01T00:00:00Z: no customer is older.
const OLDEST: i64 = 1_609_459_200;

/// A relation as a corp's dump has it.
#[derive(Debug, Clone)]
pub struct RelationRecord {
    pub account: usize,
    pub number: u64,
    pub external_userid: Option<String>,
    pub unionid: Option<String>,
    pub name: Option<String>,
    /// Seconds since 1970; absent also where the dump has a time that cannot be read.
    pub created: Option<i64>,
    pub wecom: bool,
    pub plan: &'static str,
}

/// A relation of source-before with its truth.
#[derive(Debug, Clone)]
pub struct SourceRow {
    pub record: RelationRecord,
    pub form: SourceForm,
    pub fate: RelationFate,
    /// Another account that holds the same customer at the source, for good.
    pub holder: Option<usize>,
    pub refused: bool,
    /// Method, account and id of the target relation that it is matched with.
    pub arrived: Option<(MatchMethod, usize, String)>,
}

/// A relation of the target corp with its truth.
#[derive(Debug, Clone)]
pub struct TargetRow {
    pub record: RelationRecord,
    pub form: TargetForm,
    pub origin: Origin,
    /// Account and id of the source relation that it is matched with.
    pub from: Option<(usize, Option<String>)>,
}

/// Relations of an account on both sides, with their rows of the lists.
#[derive(Debug, Default)]
pub struct RelationRows {
    pub sources: Vec<SourceRow>,
    pub targets: Vec<TargetRow>,
    pub lists: DemoSheetRows,
}

impl DemoCase<'_> {
    /// Returns all relations of an account: its own on both sides, and those of other plans under its target account.
    pub fn relations(&self, index: usize) -> RelationRows {
        let mut rows = RelationRows::default();
        let account = self.at(index);
        let own = account.lots.iter().map(|lot| (index, lot));
        for (home, lot) in own.chain(account.received.iter().map(|(home, lot)| (*home, lot))) {
            let Scene::Relations { here, there } = lot.plan.scene else { continue };
            for instance in lot.instances(home) {
                let (sources, targets) = self.instance(instance, here, there);
                rows.targets.extend(targets.into_iter().filter(|row| row.record.account == index));
                if home == index {
                    self.list_rows(instance, here, &sources, &mut rows.lists);
                    rows.sources.extend(sources);
                }
            }
        }
        // Dumps know nothing of plans: the order is random.
        rows.sources.sort_by_cached_key(|row| self.dice("order", row.record.number).bits());
        rows.targets.sort_by_cached_key(|row| self.dice("target order", row.record.number).bits());
        rows
    }

    /// Returns the relations of both sides, each with its truth.
    fn instance(
        &self,
        instance: PlanInstance<'_>,
        here: &[SourceRelation],
        there: &[TargetRelation],
    ) -> (Vec<SourceRow>, Vec<TargetRow>) {
        let one_name = instance.lot.plan.customers == PlanCustomers::OneName;
        let mut sources: Vec<SourceRow> =
            here.iter().zip(0..).map(|(entry, place)| self.source(instance, entry, place)).collect();
        let mut targets: Vec<TargetRow> = Vec::with_capacity(there.len());
        for (entry, place) in there.iter().zip(here.len() as u64..) {
            let customer = if one_name { place } else { entry.customer };
            targets.push(self.target(instance, entry, customer));
        }
        if one_name {
            self.set_times(instance, &mut sources, &mut targets);
        }
        for (target, entry) in targets.iter_mut().zip(there) {
            let place = match entry.origin {
                Origins::Matched(place) => place,
                Origins::Alone(origin) => {
                    target.origin = origin;
                    continue;
                }
            };
            let source = &mut sources[place];
            let traits = self.people.traits(source.record.number, here[place].key);
            // A match gives its outcome to both sides.
            target.origin = Origin::from_word(source.fate.outcome.word()).unwrap_or(Origin::OutOfScope);
            target.from = Some((source.record.account, source.record.external_userid.clone()));
            let TargetRow { record, .. } = target;
            source.arrived =
                Some((traits.method(), record.account, record.external_userid.clone().unwrap_or_default()));
        }
        (sources, targets)
    }

    /// Times of relations of one name, and the order in which they pair off: by time, then id.
    fn set_times(&self, instance: PlanInstance<'_>, sources: &mut [SourceRow], targets: &mut [TargetRow]) {
        let first = instance.customer(0);
        let together = self.dice("together", first).chance(3_000);
        let spacing = |n: i64| if together { 0 } else { n * HOUR };
        let source_time = self.source_time(instance.home, first, SourceForm::Full);
        let target_time = START + DAY + self.dice("cluster", first).between(0, 2 * DAY);
        for (row, n) in sources.iter_mut().zip(0..) {
            row.record.created = Some(source_time - spacing(n));
        }
        for (row, n) in targets.iter_mut().zip(0..) {
            row.record.created = Some(target_time - spacing(n));
        }
        let order = |record: &RelationRecord| (record.created, record.external_userid.clone());
        sources.sort_by_cached_key(|row| order(&row.record));
        targets.sort_by_cached_key(|row| order(&row.record));
    }

    fn source(&self, instance: PlanInstance<'_>, entry: &SourceRelation, place: u64) -> SourceRow {
        use SourceForm::{Blank, ListOnly, NotCustomer, NotCustomerNoId, UnassignedOnly, Unreadable};
        let (account, number, form) = (instance.home, instance.customer(place), entry.form);
        let customers = instance.lot.plan.customers;
        let CustomerTraits { source_unionid, wecom, .. } = self.people.traits(number, entry.key);
        let details = !matches!(form, ListOnly | UnassignedOnly);
        let named = details && form != Blank;
        let unionid = named && source_unionid && !matches!(form, NotCustomer | NotCustomerNoId);
        let name_of = match (entry.like, customers) {
            (Likeness::Name, _) => instance.customer(0),
            (_, PlanCustomers::Namesake) => instance.lot.foreign + instance.number,
            _ => number,
        };
        let unionid_of = if entry.like == Likeness::Unionid { instance.customer(0) } else { number };
        let holder = instance.lot.holder.filter(|_| customers == PlanCustomers::SharedOnce);
        SourceRow {
            record: RelationRecord {
                account,
                number,
                external_userid: (form != NotCustomerNoId).then(|| self.people.source.customer(number, wecom)),
                unionid: unionid.then(|| self.people.source.unionid(unionid_of)),
                name: named.then(|| self.people.name(name_of)),
                created: (details && form != Unreadable).then(|| self.source_time(account, number, form)),
                wecom,
                plan: instance.lot.plan.label,
            },
            form,
            fate: entry.fate,
            holder,
            // A name of two customers refuses neither.
            refused: entry.refusal.is_some_and(|refusal| refusal != RefusalKind::ByNameOfTwo),
            arrived: None,
        }
    }

    fn target(&self, instance: PlanInstance<'_>, entry: &TargetRelation, customer: u64) -> TargetRow {
        let (number, form, plan) = (instance.customer(customer), entry.form, instance.lot.plan);
        let traits = self.people.traits(number, plan.key(customer));
        let details = form != TargetForm::IdOnly;
        let name = || match entry.like {
            Likeness::Name => self.people.name(instance.customer(0)),
            Likeness::Look => self.people.look_alike(instance.customer(0)),
            Likeness::Nothing | Likeness::Unionid => self.people.target_name(number, traits.renamed),
        };
        let account = match (entry.under, instance.lot.receiver) {
            (Under::Enrolled | Under::Bystander, Some(receiver)) => receiver,
            _ => instance.home,
        };
        TargetRow {
            record: RelationRecord {
                account,
                number,
                external_userid: Some(self.people.target.customer(number, traits.wecom)),
                unionid: (details && traits.target_unionid).then(|| self.people.target.unionid(number)),
                name: details.then(name),
                created: self.target_time(account, number, form),
                wecom: traits.wecom,
                plan: plan.label,
            },
            form,
            // Set when the two sides are matched.
            origin: Origin::UnknownTime,
            from: None,
        }
    }

    /// Rows of the customer map and of the refusals. A customer shared with others is in the map once.
    fn list_rows(
        &self,
        instance: PlanInstance<'_>,
        here: &[SourceRelation],
        rows: &[SourceRow],
        lists: &mut DemoSheetRows,
    ) {
        let plan = instance.lot.plan;
        let traits = |customer: u64| self.people.traits(instance.customer(customer), plan.key(customer));
        let id = |corp: &CorpIds, customer| corp.customer(instance.customer(customer), traits(customer).wecom);
        let mapped = (0..).zip(here).filter(|(customer, entry)| {
            plan.numbers() > 0 && entry.form != SourceForm::NotCustomerNoId && traits(*customer).mapped
        });
        for (source, target) in mapped.map(|(customer, _)| (customer, customer)).chain(plan.map.iter().copied()) {
            lists.push((CUSTOMER_MAP, vec![id(&self.people.source, source), id(&self.people.target, target)]));
        }
        for (row, refusal) in rows.iter().zip(here).filter_map(|(row, entry)| Some((row, entry.refusal?))) {
            lists.push((REFUSALS, self.refusal(&row.record, refusal)));
        }
    }

    fn refusal(&self, record: &RelationRecord, refusal: RefusalKind) -> Vec<String> {
        use RefusalKind::{ById, ByIdOfMember, ByName, ByNameOfMember, ByNameOfTwo, ByUnionid};
        let cell = |value: &Option<String>, wanted: bool| value.clone().filter(|_| wanted).unwrap_or_default();
        let member = Some(self.source_userid(record.account).to_owned());
        vec![
            cell(&record.external_userid, matches!(refusal, ById | ByIdOfMember)),
            cell(&record.unionid, refusal == ByUnionid),
            cell(&record.name, matches!(refusal, ByName | ByNameOfMember | ByNameOfTwo)),
            cell(&member, matches!(refusal, ByIdOfMember | ByNameOfMember)),
        ]
    }

    /// Time at which the member of `index` added the customer; of some late ones the very start, which is late already.
    pub fn source_time(&self, index: usize, number: u64, form: SourceForm) -> i64 {
        let dice = self.dice("source time", number).of("account", index as u64);
        match form {
            SourceForm::Late if dice.of("edge", 0).chance(2_500) => START,
            SourceForm::Late => START + dice.between(0, HOUR),
            _ if dice.of("edge", 0).chance(20) => START - 1,
            _ => dice.between(OLDEST, START - DAY),
        }
    }

    /// Time at which the target relation was made; of some the very bounds.
    fn target_time(&self, index: usize, number: u64, form: TargetForm) -> Option<i64> {
        use TargetForm::{Gone, IdOnly, Later, NoTime, NoTimeBefore, Old, OldBefore, Window};
        let dice = self.dice("target time", number).of("account", index as u64);
        let edge = dice.of("edge", 0).chance(300);
        match form {
            Window if edge => Some(if dice.of("which", 0).chance(5_000) { START } else { FINISH - 1 }),
            Window => Some(dice.between(START, FINISH)),
            Later if edge => Some(FINISH),
            Later => Some(dice.between(FINISH, FINISH + 2 * DAY)),
            Old | OldBefore | Gone if edge => Some(START - 3 * HOUR),
            Old | OldBefore | Gone => Some(dice.between(OLDEST, START - DAY)),
            NoTime | NoTimeBefore | IdOnly => None,
        }
    }
}
