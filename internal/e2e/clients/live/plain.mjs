import { query } from './query.mjs';
import { resume } from './resume.mjs';

// Calls onEvent with every event behind `after`, once and in order, and returns
// what ends it. Over either client; onError is told of what is final.
export function meetingEvents({ client, after, onEvent, onError }) {
  const variables = { after };
  return client.subscribe({ query, variables }, {
    next(result) {
      if (result.errors) return onError(result.errors);
      resume(variables, result);
      onEvent(result.data.meetingEvents);
    },
    error: onError,
    complete() {},
  });
}
