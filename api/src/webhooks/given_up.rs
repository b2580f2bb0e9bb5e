//! A delivery is given up, and with it its endpoint.

use entity::{webhook_delivery, webhook_endpoint};

use super::{endpoint_store, endpoints, queue_store as store};
use crate::app::App;
use crate::audit::{self, By, Changes};
use crate::db::Txn;
use crate::error::Fault;

/// Who switches endpoints off that do not answer.
const COMMAND: &str = "tessera serve";

/// Gives up a delivery and switches its endpoint off. False, and nothing is done, where somebody gave both another chance
/// during the attempt: the endpoint leads elsewhere by now, or the delivery was begun anew.
pub(super) async fn give_up(
    app: &App,
    txn: &Txn,
    tried: &webhook_endpoint::Model,
    delivery: &webhook_delivery::Model,
    why: String,
) -> Result<bool, Fault> {
    // The endpoint comes first, as where it is changed with what waits for it.
    let endpoint = endpoint_store::lock(txn, tried.id).await?.filter(|endpoint| endpoint.url == tried.url);
    let Some(endpoint) = endpoint else { return Ok(false) };
    let now = app.clock.real_millis();
    if !store::give_up(txn, delivery, now).await? || !endpoint.active {
        return Ok(false);
    }
    store::disable(txn, endpoint.id, &why, now).await?;
    let by = By::command(COMMAND);
    let changes = Changes::none().field("active", true, false).new_field("disabledReason", why);
    audit::write(app, txn, by, endpoints::entry(by.action(COMMAND), &endpoint, changes)).await?;
    Ok(true)
}
