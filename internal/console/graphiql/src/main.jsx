// GraphiQL on the server that serves it. The schema comes from /schema.graphql,
// which is there also where introspection is off; subscriptions run over WebSocket.

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { buildSchema, parse } from "graphql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";

const url = new URL("graphql", document.baseURI);
const socket = Object.assign(new URL(url), { protocol: url.protocol.replace("http", "ws") });
const send = createGraphiQLFetcher({
  url: url.href,
  wsClient: createClient({ url: socket.href, retryAttempts: Infinity, shouldRetry: () => true }),
});

// What GraphiQL tells of the document lags behind what is in the editor.
const fetcher = (params, options) => send(params, { ...options, documentAST: parse(params.query) });

const first = `# Ctrl and Enter runs what the caret is in.

{
  viewer {
    role
    agent { name }
  }
}

subscription {
  meetingEvents {
    trigger
    occurredAt
    meeting { id start status }
  }
}
`;

async function begin() {
  const signedIn = await fetch(new URL("session", document.baseURI)).then((answer) => answer.ok && answer.json());
  if (signedIn && signedIn.signedIn === false) {
    location.assign(new URL("sign-in", document.baseURI));
    return;
  }
  const answer = await fetch(new URL("schema.graphql", document.baseURI));
  const schema = buildSchema(await answer.text(), { assumeValidSDL: true });
  createRoot(document.getElementById("graphiql")).render(
    <GraphiQL fetcher={fetcher} schema={schema} defaultQuery={first} isHeadersEditorEnabled={false}>
      <GraphiQL.Logo>
        <a href={document.baseURI}>slotcast</a>
      </GraphiQL.Logo>
    </GraphiQL>,
  );
}

begin();
