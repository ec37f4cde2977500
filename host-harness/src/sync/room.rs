//! How much a sync keeps in mind: what it still has to ask. A listing that
//! promises ever more would otherwise fill the memory with its tokens long before
//! it has too many pages. Pure.

use governance_contract::connector::ListingTarget;
use governance_contract::model::{Reference, ResourceId, Scope};

use super::task::{Call, Task};

/// More was to be kept in mind than there is room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connector leaves more to read than a sync keeps in mind, {0} bytes")]
pub struct Full(pub usize);

/// Room for so many bytes, and how many of them are taken.
#[derive(Debug)]
pub struct Room {
    size: usize,
    taken: usize,
}

impl Room {
    /// All of it free.
    pub fn new(size: usize) -> Self {
        Self { size, taken: 0 }
    }

    /// Takes this much.
    ///
    /// # Errors
    /// There is not as much.
    pub fn take(&mut self, bytes: usize) -> Result<(), Full> {
        let taken = self.taken.saturating_add(bytes);
        if taken > self.size {
            return Err(Full(self.size));
        }
        self.taken = taken;
        Ok(())
    }

    /// Gives back what was taken.
    pub fn give_back(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_sub(bytes);
    }
}

/// Bytes that a task takes, roughly.
pub fn of_task(task: &Task) -> usize {
    let covers: usize = task.covers.iter().map(of_scope).sum();
    size_of::<Task>() + of_call(&task.call) + of_text(&task.token) + task.surface.len() + covers
}

fn of_call(call: &Call) -> usize {
    match call {
        Call::Resources {
            resource_type,
            parent,
        } => resource_type.len() + parent.as_ref().map_or(0, of_reference),
        Call::Entitlements(target) | Call::Grants(target) => match target {
            ListingTarget::ResourceType(id) => id.len(),
            ListingTarget::Resource(of) => of_reference(of),
        },
    }
}

fn of_reference(of: &Reference) -> usize {
    of_id(&of.id) + of.parent.as_ref().map_or(0, of_id) + of_text(&of.hint)
}

fn of_scope(scope: &Scope) -> usize {
    let texts = [
        &scope.resource_type,
        &scope.resource_id,
        &scope.slug,
        &scope.principal_type,
        &scope.principal_id,
    ];
    let texts: usize = texts.into_iter().map(of_text).sum();
    size_of::<Scope>() + texts + scope.parent.as_ref().map_or(0, of_id)
}

fn of_id(id: &ResourceId) -> usize {
    id.resource_type.len() + id.id.len()
}

fn of_text(text: &Option<String>) -> usize {
    text.as_ref().map_or(0, String::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let mut room = Room::new(10);
        assert_eq!(room.take(6), Ok(()));
        assert_eq!(room.take(5), Err(Full(10)));
        assert_eq!(room.take(usize::MAX), Err(Full(10)));
        room.give_back(6);
        assert_eq!(room.take(10), Ok(()));
    }

    #[test]
    fn a_task_takes_what_its_texts_take() {
        let task = |token: Option<String>, covers| Task {
            call: Call::Grants(ListingTarget::ResourceType("user".into())),
            token,
            covers,
            surface: String::new(),
        };
        let bare = of_task(&task(None, Vec::new()));
        let scope = Scope {
            principal_id: Some("x".repeat(500)),
            ..Scope::default()
        };
        assert_eq!(
            of_task(&task(Some("t".repeat(8_192)), Vec::new())),
            bare + 8_192
        );
        assert!(of_task(&task(None, vec![scope])) >= bare + 500);
    }
}
