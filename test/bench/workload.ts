/** What is measured, in the order it happens. Each story has workspaces of its own. */
export const workloads = [
  { id: 'W0', story: 'probe', title: 'first push of one file, with the one-time probe of a remote' },
  { id: 'W0-NEXT', story: 'probe', title: 'push of the next file' },
  { id: 'W1', story: 'files', title: 'first push' },
  { id: 'W2', story: 'files', title: 'nothing to do' },
  { id: 'W3', story: 'files', title: 'push after 100 changed' },
  { id: 'W4', story: 'files', title: 'first pull into an empty folder' },
  { id: 'W8', story: 'files', title: 'push after the folder of all was renamed' },
  { id: 'W5-UP', story: 'large', title: 'one large file up' },
  { id: 'W5-DOWN', story: 'large', title: 'one large file down' },
  { id: 'W5B-UP', story: 'large', title: 'the same, 1 MiB changed in its middle and 1 MiB appended, up' },
  { id: 'W5B-DOWN', story: 'large', title: 'the same changes, down' },
  { id: 'W7-UP', story: 'many', title: 'first push of many' },
  { id: 'W6', story: 'many', title: 'nothing to do on many' },
  { id: 'W7-DOWN', story: 'many', title: 'first pull of many' },
  {
    id: 'W10',
    story: 'everyday',
    title: 'one file saved: on the remote, and in the other folder, with `watch` in both',
  },
  { id: 'W9-UP', story: 'million', title: 'first push of a million' },
  { id: 'W9', story: 'million', title: 'nothing to do on a million' },
  { id: 'W9-PLAN', story: 'million', title: 'the plan after 1,000 of them have changed' },
] as const;

export type Workload = (typeof workloads)[number]['id'];

/** The workloads of one name; `W5` names two. Empty when there is none. */
export const workloadsOf = (name: string): readonly Workload[] =>
  workloads.map(({ id }) => id).filter((id) => id === name.toUpperCase() || id.startsWith(`${name.toUpperCase()}-`));

export type Story = (typeof workloads)[number]['story'];

/** In the order they are played. */
export const stories: readonly Story[] = [...new Set(workloads.map(({ story }) => story))];

/** The last of a story that is asked for: what comes after it need not be played. */
export const lastOf = (story: Story, only: ReadonlySet<Workload>): Workload | undefined =>
  workloads.findLast((workload) => workload.story === story && only.has(workload.id))?.id;
