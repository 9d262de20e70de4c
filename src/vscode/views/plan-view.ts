import * as vscode from 'vscode';
import type { ApprovedPlan } from '../../core/plan/approved-plan.ts';
import type { PlanRecord } from '../../core/plan/plan-record.ts';
import type { Chosen } from '../commands/choose-folder.ts';
import { t } from '../l10n.ts';
import { moreRow, PAGE } from '../render/contents-rows.ts';
import { type PlanGroup, type PlanRow, planGroups, stepsText } from '../render/plan-rows.ts';
import { rowItem } from './row-item.ts';
import { asTarget, type Target, targetOf } from './target.ts';

type Node =
  | { readonly kind: 'group'; readonly group: PlanGroup }
  | (Target & { readonly kind: 'more-steps'; readonly of: PlanGroup; readonly rest: number })
  | (Target & { readonly kind: 'row'; readonly path: string; readonly shown: PlanRow });

/** The plan on show, a checkbox a step. There is one for the window, hidden while there is no plan. */
export interface PlanView {
  show(chosen: Chosen, record: PlanRecord): Promise<void>;
  /** Whose plan is on show; null: none. */
  chosen(): Chosen | null;
  /** The steps that are checked, and whose they are; null: no plan is on show. */
  approved(): { readonly chosen: Chosen; readonly plan: ApprovedPlan } | null;
  /** Draws more of the group that this row ends; nothing for anything else. */
  showMore(row: unknown): void;
  /** Says so where the plan is of an engine that is gone. */
  follow(): void;
  close(): Promise<void>;
}

const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
const { Expanded, None } = vscode.TreeItemCollapsibleState;

export function openPlanView(): PlanView {
  const changes = new vscode.EventEmitter<Node | undefined>();
  let on: { readonly chosen: Chosen; readonly record: PlanRecord; readonly groups: readonly Node[] } | null = null;
  let leftOut = new Set<string>();
  /** How many rows of a group are drawn. */
  const drawn = new Map<PlanGroup, number>();

  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changes.event,
    getChildren(node) {
      if (node === undefined) return [...(on?.groups ?? [])];
      return node.kind === 'group' ? rowsOf(node.group) : [];
    },
    getTreeItem(node) {
      const scope = on?.chosen.folder.id ?? '';
      if (node.kind === 'group') {
        const item = rowItem(scope, node.group.row, Expanded);
        if (node.group.rows.some(({ step }) => step !== null))
          item.checkboxState = isWhole(node.group) ? Checked : Unchecked;
        return item;
      }
      if (node.kind === 'more-steps') {
        const item = rowItem(scope, moreRow(node.of.id, node.rest), None);
        item.command = { title: t('Show More'), command: 'datastore.showMore', arguments: [node] };
        return item;
      }
      const { row, step } = node.shown;
      const item = rowItem(scope, { ...row, id: `${row.context}|${row.id}` }, None);
      if (step !== null) item.checkboxState = leftOut.has(step.path) ? Unchecked : Checked;
      item.command = commandOf(node);
      return item;
    },
  };
  const view = vscode.window.createTreeView('datastore.plan', {
    treeDataProvider: provider,
    manageCheckboxStateManually: true,
    showCollapseAll: true,
  });
  view.onDidChangeCheckboxState(({ items }) => {
    for (const [node, state] of items) check(node, state === Checked);
    tell();
  });

  function check(node: Node, isChecked: boolean): void {
    if (node.kind === 'more-steps') return;
    const rows = node.kind === 'group' ? node.group.rows : [node.shown];
    const group = node.kind === 'group' ? node : groupOf(node.shown);
    const wasWhole = group?.kind === 'group' && isWhole(group.group);
    for (const { step } of rows) {
      if (step === null) continue;
      if (isChecked) leftOut.delete(step.path);
      else leftOut.add(step.path);
    }
    const isNow = group?.kind === 'group' && isWhole(group.group);
    // A group is drawn anew with all its rows: only where its own box changes.
    if (node.kind === 'group' || wasWhole !== isNow) changes.fire(group);
  }

  const groupOf = (row: PlanRow): Node | undefined =>
    on?.groups.find((one) => one.kind === 'group' && one.group.rows.includes(row));

  /** A page; the box of the group stands for all of them. */
  function rowsOf(group: PlanGroup): Node[] {
    const most = drawn.get(group) ?? PAGE;
    const rest = group.rows.length - most;
    const rows = group.rows.slice(0, most).map(nodeOf);
    return rest <= 0 || on === null
      ? rows
      : [...rows, asTarget({ kind: 'more-steps' as const, folder: on.chosen.folder, of: group, rest })];
  }

  const isWhole = ({ rows }: PlanGroup): boolean => rows.every(({ step }) => step === null || !leftOut.has(step.path));

  const stepsOf = ({ steps }: PlanRecord) => steps.filter(({ path }) => !leftOut.has(path));

  function say(message: string): void {
    if (view.message !== message) view.message = message;
  }

  function tell(): void {
    if (on === null) return say('');
    const { chosen, record } = on;
    if (!stands(chosen)) return say(anewText(chosen));
    say(t('{0}: {1}', chosen.folder.workspace.name, stepsText(stepsOf(record))));
  }

  const nodeOf = (shown: PlanRow): Node =>
    asTarget({ kind: 'row' as const, folder: (on as NonNullable<typeof on>).chosen.folder, path: shown.path, shown });

  return {
    async show(chosen, record) {
      on = { chosen, record, groups: planGroups(record).map((group) => ({ kind: 'group', group })) };
      leftOut = new Set();
      drawn.clear();
      await vscode.commands.executeCommand('setContext', 'datastore.previewing', true);
      changes.fire(undefined);
      tell();
      await vscode.commands.executeCommand('datastore.plan.focus');
    },
    chosen: () => on?.chosen ?? null,
    approved: () => on && { chosen: on.chosen, plan: { basis: on.record.basis, steps: stepsOf(on.record) } },
    showMore(row) {
      const node = targetOf(row) as Node | null;
      if (node?.kind !== 'more-steps') return;
      drawn.set(node.of, (drawn.get(node.of) ?? PAGE) + PAGE);
      changes.fire(on?.groups.find((one) => one.kind === 'group' && one.group === node.of));
    },
    follow() {
      if (on !== null && !stands(on.chosen)) tell();
    },
    async close() {
      on = null;
      drawn.clear();
      changes.fire(undefined);
      tell();
      await vscode.commands.executeCommand('setContext', 'datastore.previewing', false);
    },
  };
}

/** Whether the engine that made the plan still runs. */
const stands = ({ folder, running }: Chosen): boolean => folder.running() === running;

const anewText = ({ folder }: Chosen): string =>
  t('The connection of “{0}” has changed since this preview. Preview again.', folder.workspace.name);

/** What a click shows. */
function commandOf(node: Extract<Node, { readonly kind: 'row' }>): vscode.Command {
  const command = node.shown.conflict === null ? 'datastore.compareWithRemote' : 'datastore.compareConflict';
  return { title: t('Open'), command, arguments: [node] };
}
