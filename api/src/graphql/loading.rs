//! Runs what the loaders of a request read in the request's own task, and only while the execution waits.
//!
//! async-graphql goes through a long list a few rows at a time. A loader in a task of its own would begin in between,
//! read a part of the rows, and later the rest once more. Here it begins after every row has asked, and ends with its
//! request.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::task::AtomicWaker;

/// What the loaders of one request began to read.
pub struct Loading(UnboundedReceiver<BoxFuture<'static, ()>>);

/// Where loaders begin to read.
pub(super) type Begin = UnboundedSender<BoxFuture<'static, ()>>;

impl Loading {
    pub(super) fn new() -> (Begin, Self) {
        let (begin, begun) = unbounded();
        (begin, Self(begun))
    }

    /// Executes the request, and all that its loaders read for it.
    pub async fn along<T>(&mut self, execution: impl Future<Output = T>) -> T {
        let mut execution = pin!(execution);
        let mut reading = FuturesUnordered::new();
        let execution_goes_on = Arc::new(GoesOn { is: AtomicBool::new(true), task: AtomicWaker::new() });
        let waker = Waker::from(Arc::clone(&execution_goes_on));
        poll_fn(|context| {
            execution_goes_on.task.register(context.waker());
            loop {
                if execution_goes_on.is.swap(false, Ordering::AcqRel)
                    && let Poll::Ready(output) = execution.as_mut().poll(&mut Context::from_waker(&waker))
                {
                    return Poll::Ready(output);
                }
                if execution_goes_on.is.load(Ordering::Acquire) {
                    // It has more rows to go through. Its wish to go on has woken this task already.
                    return Poll::Pending;
                }
                while let Poll::Ready(Some(begun)) = self.0.poll_next_unpin(context) {
                    reading.push(begun);
                }
                // What was read lets the execution go on; where nothing was, something will wake this task.
                if !matches!(reading.poll_next_unpin(context), Poll::Ready(Some(()))) {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}

/// Whether the execution has something to do.
struct GoesOn {
    is: AtomicBool,
    /// The task that runs it.
    task: AtomicWaker,
}

impl Wake for GoesOn {
    fn wake(self: Arc<Self>) {
        self.is.store(true, Ordering::Release);
        self.task.wake();
    }
}
