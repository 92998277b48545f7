import { ApolloClient, ApolloLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { tap } from 'rxjs';
import { query } from './query.mjs';
import { resume } from './resume.mjs';

const resuming = new ApolloLink((operation, forward) => {
  const variables = { ...operation.variables };
  operation.variables = variables;
  return forward(operation).pipe(tap((result) => resume(variables, result)));
});

export function meetingEvents({ client, after, onEvent, onError }) {
  const apollo = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([resuming, new GraphQLWsLink(client)]),
  });
  const subscription = apollo.subscribe({ query: gql(query), variables: { after } }).subscribe({
    next: ({ data, error }) => (error ? onError(error) : onEvent(data.meetingEvents)),
    error: onError,
  });
  return () => subscription.unsubscribe();
}
