//! The functions that a connector exports, found in the component once and not
//! in each instance. wasmtime's generated bindings would compare the types of all
//! of them whenever an instance is made, of which only one is called.

use wasmtime::component::{Component, ComponentExportIndex, ComponentNamedList, Lift, Lower};

/// The interface of the contract's world.
const INTERFACE: &str = "governance:connector/connector@0.1.0";

/// What a function takes: the contract's values, which are written into the
/// component's memory.
pub(crate) trait Arguments: ComponentNamedList + Lower + Send + Sync {}

impl<T: ComponentNamedList + Lower + Send + Sync> Arguments for T {}

/// What a function answers: read out of that memory.
pub(crate) trait Answer: Lift + Send + Sync + 'static {}

impl<T: Lift + Send + Sync + 'static> Answer for T {}

/// A function of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Describe,
    Check,
    ListResources,
    ListEntitlements,
    ListGrants,
    GetResource,
    Change,
}

impl Function {
    /// All, in the order in which [`Functions`] keeps them.
    const ALL: [Self; 7] = [
        Self::Describe,
        Self::Check,
        Self::ListResources,
        Self::ListEntitlements,
        Self::ListGrants,
        Self::GetResource,
        Self::Change,
    ];

    /// Its name in the contract.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Describe => "describe",
            Self::Check => "check",
            Self::ListResources => "list-resources",
            Self::ListEntitlements => "list-entitlements",
            Self::ListGrants => "list-grants",
            Self::GetResource => "get-resource",
            Self::Change => "change",
        }
    }
}

/// Where a component has them.
#[derive(Clone)]
pub(crate) struct Functions([ComponentExportIndex; Function::ALL.len()]);

impl Functions {
    /// Finds them; none if one is missing.
    pub(crate) fn of(component: &Component) -> Option<Self> {
        let interface = component.get_export_index(None, INTERFACE)?;
        let mut found = Vec::new();
        for function in Function::ALL {
            found.push(component.get_export_index(Some(&interface), function.name())?);
        }
        found.try_into().ok().map(Self)
    }

    pub(crate) fn get(&self, function: Function) -> &ComponentExportIndex {
        &self.0[function as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_is_at_its_place() {
        for (place, function) in Function::ALL.into_iter().enumerate() {
            assert_eq!(function as usize, place);
        }
    }
}
