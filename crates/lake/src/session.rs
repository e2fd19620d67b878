//! SQL over both tables at one version.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use constituency::Attributor;
use deltalake_core::datafusion::arrow::compute::cast;
use deltalake_core::datafusion::execution::SessionState;
use deltalake_core::datafusion::prelude::SessionContext;
use deltalake_core::delta_datafusion::create_session_state_with_spill_config;
use futures::StreamExt as _;

use crate::care::EVENTS_ORDER;
use crate::fold::sort_and_fold;
use crate::schema::EVENTS;
use crate::{Lake, LakeError, owner};

/// Memory that one query may hold; beyond it sorts and groups go to temporary files.
const MEMORY_MAX: usize = 512 << 20;
/// Temporary files that one query may fill.
const SPILL_MAX: u64 = 64 << 30;

/// What questions share: the versions that are read, and a session in which their tables are known. What the session
/// learned of files – their ends, which say where each column lies – is kept for the next question.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<Option<(Versions, SessionState)>>);

/// Of `events` and `sightings`.
type Versions = [Option<u64>; 2];

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

impl Sessions {
    fn known(&self, versions: Versions) -> Option<SessionState> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(of, _)| *of == versions).map(|(_, state)| state.clone())
    }

    fn keep(&self, versions: Versions, state: SessionState) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((versions, state));
    }
}

impl Lake {
    /// A session in which `events`, `sightings` and `owner(…)` are known.
    pub(crate) async fn session(&self, attributor: Option<Arc<Attributor>>) -> Result<SessionContext, LakeError> {
        let versions = [&self.events, &self.sightings].map(|table| table.delta().version());
        let state = match self.sessions.known(versions) {
            Some(state) => state,
            None => {
                let state = self.new_session().await?;
                self.sessions.keep(versions, state.clone());
                state
            }
        };
        let session = SessionContext::new_with_state(state);
        if let Some(attributor) = attributor {
            session.register_udf(owner::function(attributor));
        }
        Ok(session)
    }

    async fn new_session(&self) -> Result<SessionState, LakeError> {
        let state = create_session_state_with_spill_config(Some(MEMORY_MAX), Some(SPILL_MAX));
        let session = SessionContext::new_with_state(state);
        for (name, table) in [("events", &self.events), ("sightings", &self.sightings)] {
            table.delta().update_datafusion_session(&session.state())?;
            session.register_table(name, table.delta().table_provider().await?)?;
        }
        Ok(session.state())
    }

    /// Runs a query and gives every batch of its answer to `each`, in order.
    ///
    /// # Errors
    /// The query's, or that of `each`.
    pub fn stream<E: From<LakeError>>(
        &self,
        attributor: Option<&Arc<Attributor>>,
        sql: &str,
        mut each: impl FnMut(RecordBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        self.runtime.block_on(async {
            let mut batches = async {
                let session = self.session(attributor.cloned()).await?;
                Ok::<_, LakeError>(session.sql(sql).await?.execute_stream().await?)
            }
            .await
            .map_err(|error| self.blamed(error))?;
            while let Some(batch) = batches.next().await {
                each(batch.map_err(|error| self.blamed(error.into()))?)?;
            }
            Ok(())
        })
    }

    /// Runs a query whose answer is small.
    ///
    /// # Errors
    /// The query's.
    pub fn query(&self, attributor: Option<&Arc<Attributor>>, sql: &str) -> Result<Vec<RecordBatch>, LakeError> {
        let mut batches = Vec::new();
        self.stream(attributor, sql, |batch| {
            batches.push(batch);
            Ok::<_, LakeError>(())
        })?;
        Ok(batches)
    }

    /// Folds the events of a condition again and gives the sightings to `each`.
    pub(crate) fn fold_where(
        &self,
        condition: &str,
        mut each: impl FnMut(RecordBatch) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        let sql = format!("SELECT * FROM events WHERE {condition} ORDER BY {EVENTS_ORDER}");
        self.stream(None, &sql, |batch| {
            let folded = sort_and_fold(&conform(&batch, &EVENTS)?)?;
            if folded.sightings.num_rows() > 0 { each(folded.sightings) } else { Ok(()) }
        })
    }
}

/// A batch as a reader gives it, in the columns and types of a schema in memory.
pub(crate) fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, LakeError> {
    let column = |name: &str| Ok::<_, LakeError>(batch.column(batch.schema_ref().index_of(name)?));
    let columns = schema
        .fields()
        .iter()
        .map(|field| Ok(cast(column(field.name())?, field.data_type())?))
        .collect::<Result<Vec<_>, LakeError>>()?;
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

/// A text as an SQL literal.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A day as an SQL literal.
pub(crate) fn date(day: i32) -> String {
    format!("DATE '{}'", event::time::day_text(day))
}
