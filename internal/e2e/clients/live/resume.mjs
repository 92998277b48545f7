// Moves `after` on with every event. The clients send the variables as they are
// when they connect again, and so ask for what comes behind the newest event.
export function resume(variables, { data }) {
  const cursor = data?.meetingEvents?.cursor;
  if (cursor) variables.after = cursor;
}

// Half a second, then longer and longer up to half a minute, and not at the
// same moment as everybody else.
export function pause(tries) {
  const most = Math.min(1000 * 2 ** tries, 30_000);
  return new Promise((done) => setTimeout(done, most * (0.5 + Math.random() / 2)));
}
