import type { SecretStorage } from 'vscode';
import type { AccessKeys } from './host.ts';
import { type Place, placeKey } from './place.ts';

/** Access keys typed once, for one place each. They leave VS Code's secret storage only for the S3 client. */
export interface Keys {
  get(place: Place): Promise<AccessKeys | undefined>;
  set(place: Place, keys: AccessKeys): Promise<void>;
  forget(place: Place): Promise<void>;
}

export function openKeys(secrets: SecretStorage): Keys {
  const keyOf = (place: Place) => `datastore.keys:${placeKey(place)}`;
  return {
    async get(place) {
      const text = await secrets.get(keyOf(place));
      return text === undefined ? undefined : parseKeys(text);
    },
    set: async (place, keys) => secrets.store(keyOf(place), JSON.stringify(keys)),
    forget: async (place) => secrets.delete(keyOf(place)),
  };
}

function parseKeys(text: string): AccessKeys | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('accessKeyId' in value) || !('secretAccessKey' in value)) return undefined;
  const { accessKeyId, secretAccessKey } = value;
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') return undefined;
  const token =
    'sessionToken' in value && typeof value.sessionToken === 'string' ? { sessionToken: value.sessionToken } : {};
  return { accessKeyId, secretAccessKey, ...token };
}
