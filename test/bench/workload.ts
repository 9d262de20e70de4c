/** What is measured, in the order it happens. The stories `files` and `large` have workspaces of their own. */
export const workloads = [
  { id: 'W1', story: 'files', title: 'first push' },
  { id: 'W2', story: 'files', title: 'nothing to do' },
  { id: 'W3', story: 'files', title: 'push after 100 changed' },
  { id: 'W4', story: 'files', title: 'first pull into an empty folder' },
  { id: 'W5-UP', story: 'large', title: 'one large file up' },
  { id: 'W5-DOWN', story: 'large', title: 'one large file down' },
] as const;

export type Workload = (typeof workloads)[number]['id'];

/** The workloads of one name; `W5` names two. Empty when there is none. */
export const workloadsOf = (name: string): readonly Workload[] =>
  workloads.map(({ id }) => id).filter((id) => id === name.toUpperCase() || id.startsWith(`${name.toUpperCase()}-`));

export type Story = (typeof workloads)[number]['story'];
