import { PACK_LIMITS, type PackLimits } from '../../src/core/plan/packs.ts';
import { APART } from '../support/replica.ts';

/** How small files travel: together in one object, or each in an object of its own. */
export type Shape = 'packed' | 'apart';

export const PACKS: Readonly<Record<Shape, PackLimits>> = { packed: PACK_LIMITS, apart: APART };

/** Every row of a table in both shapes. */
export const inBothShapes = <Row>(table: Readonly<Record<string, Row>>): [shape: Shape, title: string, row: Row][] =>
  Object.entries(table).flatMap(([title, row]) => [
    ['packed', title, row],
    ['apart', title, row],
  ]);
