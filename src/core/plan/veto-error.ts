import { SyncError } from '../errors.ts';
import { type Veto, vetoMessage } from './safety.ts';

/** SyncError('veto'): what forbids a plan, each with its way out. */
export class VetoError extends SyncError {
  declare readonly details: readonly Veto[];

  constructor(
    vetoes: readonly Veto[],
    said: { readonly message?: string; readonly remedy?: string; readonly cause?: unknown } = {},
  ) {
    const texts = vetoes.map((veto) => vetoMessage(veto));
    super(
      'veto',
      said.message ?? texts.map(({ message }) => message).join('; '),
      said.remedy ?? texts.map(({ remedy }) => remedy).join(' '),
      { cause: said.cause, details: vetoes },
    );
  }
}
