import { join } from 'node:path';

export interface CephPorts {
  readonly gateway: number;
  readonly monitor: number;
  readonly monitorV1: number;
}

/** The ceph.conf of a one-node cluster that keeps its objects in memory and never waits for company. */
export function cephConfig(folder: string, fsid: string, ports: CephPorts): string {
  return `[global]
fsid = ${fsid}
mon host = [v2:127.0.0.1:${ports.monitor}/0,v1:127.0.0.1:${ports.monitorV1}/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail warn = 1
mon data avail crit = 1
paxos propose interval = 0.02
paxos min wait = 0.01
objecter tick interval = 0.5
osd objectstore = memstore
memstore device bytes = 4294967296
rgw frontends = beast endpoint=127.0.0.1:${ports.gateway}
rgw thread pool size = 64
log file = ${join(folder, 'log', '$name.log')}
admin socket = ${join(folder, 'run', '$name.asok')}
run dir = ${join(folder, 'run')}
keyring = ${join(folder, 'keyring')}
mon data = ${join(folder, 'mon')}
osd data = ${join(folder, 'osd')}
`;
}

/** One keyring for all; `secrets` come from ceph-authtool. */
export function cephKeyring(secrets: { readonly mon: string; readonly admin: string; readonly osd: string }): string {
  return `[mon.]
	key = ${secrets.mon}
	caps mon = "allow *"
[client.admin]
	key = ${secrets.admin}
	caps mon = "allow *"
	caps osd = "allow *"
	caps mgr = "allow *"
[osd.0]
	key = ${secrets.osd}
	caps mon = "allow profile osd"
	caps osd = "allow *"
	caps mgr = "allow profile osd"
`;
}
