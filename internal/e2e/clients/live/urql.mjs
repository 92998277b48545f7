import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { query } from './query.mjs';
import { resume } from './resume.mjs';

const forwarding = (client) => (operation) => {
  const { query, variables } = operation;
  const request = { query, variables: { ...variables } };
  return {
    subscribe: (sink) => ({
      unsubscribe: client.subscribe(request, {
        ...sink,
        next(result) {
          resume(request.variables, result);
          sink.next(result);
        },
      }),
    }),
  };
};

export function meetingEvents({ client, url, after, onEvent, onError }) {
  const urql = new Client({
    url,
    exchanges: [fetchExchange, subscriptionExchange({ forwardSubscription: forwarding(client) })],
  });
  const subscription = urql.subscription(query, { after }).subscribe(({ data, error }) => {
    if (error) onError(error);
    else onEvent(data.meetingEvents);
  });
  return () => subscription.unsubscribe();
}
