import { nameOf } from './fault-names.ts';
import type { ClientTraits, Deed, Scenario, Step, Strike } from './scenario.ts';

/** A scenario in plain words, a line for each step. */
export function tell(scenario: Scenario): readonly string[] {
  const remote = [
    ...(scenario.remote.wantsBareEtags ? ['takes ETags only without quotes'] : []),
    ...(scenario.remote.keepsChecksums ? [] : ['keeps no checksums']),
  ];
  return [
    ...scenario.clients.map((traits, index) => `client ${index + 1}: ${machineWords(traits)}`),
    ...(remote.length > 0 ? [`the store ${remote.join(' and ')}`] : []),
    ...scenario.steps.map((step) => `${(step.at / 1000).toFixed(2)} s · ${stepWords(step)}`),
  ];
}

function machineWords({ disk, clockAheadMs, diskPauses, latencyMs, ttlMs, hasCli }: ClientTraits): string {
  return [
    `${latencyMs} ms from the store`,
    `ttl ${ttlMs / 1000} s`,
    ...(disk.granularityMs > 0.001 ? [`file times in steps of ${disk.granularityMs} ms`] : []),
    ...(disk.isCaseBlind ? ['case does not count'] : []),
    ...(disk.hasHardLinks ? [] : ['no hard links']),
    ...(disk.reusesInodes ? ['inodes used again'] : []),
    ...(clockAheadMs !== 0 ? [`clock ${clockAheadMs / 1000} s off`] : []),
    ...(diskPauses > 0 ? [`others act between file operations (${diskPauses})`] : []),
    ...(hasCli ? ['two programs on one root'] : []),
  ].join(', ');
}

function stepWords({ client, deed, strikes }: Step): string {
  const said = `client ${client + 1} ${deedWords(deed)}`;
  return strikes.length === 0 ? said : `${said}; ${strikes.map((strike) => strikeWords(strike)).join('; ')}`;
}

function deedWords(deed: Deed): string {
  switch (deed.act) {
    case 'save':
      return `saves ${deed.path} (${sizeWords(deed.size)}, ${deed.style}${deed.keepsTime ? ', with the time it had' : ''})`;
    case 'save slowly':
      return `opens ${deed.path} and writes it ${deed.ms} ms later`;
    case 'save an old version':
      return `saves an earlier version of ${deed.path}`;
    case 'rename':
    case 'move folder':
      return `moves ${deed.path} to ${deed.to}`;
    case 'copy':
      return `copies ${deed.path} to ${deed.to}`;
    case 'delete':
    case 'delete folder':
      return `deletes ${deed.path}`;
    case 'touch':
      return `touches ${deed.path}`;
    case 'make executable':
      return `changes the mode of ${deed.path}`;
    case 'swap folder for a link':
      return `swaps ${deed.path} for a link, for ${deed.ms} ms`;
    case 'sync':
      return `syncs (${[deed.by, deed.direction, deed.onConflict].filter((word) => word !== undefined).join(', ')})`;
    case 'decide conflicts':
      return `decides its conflicts (${deed.answers.join(', ')})`;
    case 'undo':
      return `takes back number ${deed.which} of what its runs did here (${deed.by})`;
    case 'hold the lease':
      return `holds the lease for ${deed.ms} ms${deed.syncs ? ' and syncs' : ''}`;
    case 'object damaged':
      return `sees an object damaged (${deed.how}) for ${deed.ms} ms`;
    default:
      return `${deed.act}${'by' in deed ? ` (${deed.by})` : ''}${'ms' in deed ? ` for ${deed.ms} ms` : ''}`;
  }
}

function strikeWords(strike: Strike): string {
  const where = `at ${strike.at} ${strike.nth} (${strike.on})`;
  return strike.harm.kind === 'act'
    ? `${where} the person ${deedWords(strike.harm.act)}`
    : `${where}: ${nameOf(strike)}`;
}

function sizeWords(size: 'same' | 'edited' | number): string {
  if (typeof size === 'number') return `${size} bytes`;
  return size === 'same' ? 'the same size' : 'a part of it';
}
