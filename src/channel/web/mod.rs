//! The web channel: start a conversation, say something, follow what is said. What the widget speaks, and every website or app
//! that brings its own.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::channel::Channel;
use crate::channel::web::state::Web;

pub mod files;
mod open;
mod shop;
pub mod state;
mod talk;
mod transcript;
mod visit;

impl Channel for Web {
    fn name(&self) -> &'static str {
        "web"
    }

    fn routes(&self) -> OpenApiRouter {
        OpenApiRouter::new()
            .routes(routes!(files::upload))
            // Files are larger than what anybody writes; each inbox has a limit of its own below this one.
            .layer(files::limit())
            .routes(routes!(files::read))
            .routes(routes!(open::start))
            .routes(routes!(shop::widget))
            .routes(routes!(talk::say))
            .routes(routes!(talk::events))
            .routes(routes!(talk::passage))
            .routes(routes!(visit::contact))
            .routes(routes!(visit::typing))
            .routes(routes!(visit::receipts))
            .routes(routes!(visit::rating))
            .routes(routes!(visit::end))
            .routes(routes!(transcript::read))
            .with_state(self.clone())
    }
}
