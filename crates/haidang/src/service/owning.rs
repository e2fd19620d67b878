//! Who hands out an address, from memory.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use constituency::{Attributor, OrgId};
use portal::front::{Ownership, Whose};
use portal::verdict::Reach;

/// The attribution of today; nobody's before the first.
#[derive(Default)]
pub(crate) struct Owning(RwLock<Option<(Arc<Attributor>, i32)>>);

impl Owning {
    /// From now on these tables count, on this day.
    pub(crate) fn set(&self, owners: Arc<Attributor>, today: i32) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((owners, today));
    }
}

impl Ownership for Owning {
    fn whose(&self, address: IpAddr) -> Whose {
        let Some((owners, today)) = self.0.read().unwrap_or_else(PoisonError::into_inner).clone() else {
            return Whose { reach: Reach::Unknown, isp: None };
        };
        let owner = owners.owner_of_address(event::address::to_bits(address), today, None, None);
        let flags = owner.flags;
        let is_ours = owner.isp.is_some() || owner.organisation.is_some() || owner.conflict;
        let reach = match () {
            () if flags.shared() => Reach::Shared,
            () if flags.dynamic() => Reach::Dynamic,
            () if flags.static_() => Reach::Static,
            () if is_ours => Reach::Unknown,
            () => Reach::Foreign,
        };
        Whose { reach, isp: owner.isp.map(|id| name(&owners, id, today)) }
    }
}

/// An organisation as people know it, or its code.
pub(crate) fn name(owners: &Attributor, id: OrgId, day: i32) -> String {
    let named = owners.organisation(id, day).map(|organisation| organisation.name.clone());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| owners.code(id).to_owned())
}
