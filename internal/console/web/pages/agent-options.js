// The agents, where a form offers them.

import { query } from "../core/gql.js";

/** @typedef {{ id: string, name: string, email: string, role: string, status: string }} AgentOption */

const most = 500; // of what a form offers

/** All agents by name, as many as a form can offer. @returns {Promise<AgentOption[]>} */
export async function allAgents() {
  /** @type {AgentOption[]} */
  const all = [];
  for (let after = null; all.length < most; ) {
    /** @type {{ edges: { node: AgentOption }[], pageInfo: { hasNextPage: boolean, endCursor: string } }} */
    const page = (await query(`query ($after: Cursor) { agents(first: 100, after: $after, orderBy: { field: NAME, direction: ASC }) {
      edges { node { id name email role status } } pageInfo { hasNextPage endCursor } } }`, { after })).agents;
    all.push(...page.edges.map((e) => e.node));
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  return all;
}

/** Those who take part. */
export async function activeAgents() {
  return (await allAgents()).filter((a) => a.status === "ACTIVE");
}
