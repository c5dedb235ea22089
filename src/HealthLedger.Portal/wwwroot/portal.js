// The page: fetches the public files of the network and shows what the verifier makes of them.
import { hex } from './verifier/bytes.js';
import { verifyCheckpoint } from './verifier/checkpoint.js';
import { readGenesis } from './verifier/genesis.js';
import { verifyReceipt } from './verifier/receipt.js';
import { Refusal } from './verifier/refusal.js';

const FILE_BYTES_MAX = 4 * 1024 * 1024;
const EVENT_NAMES = { 100: 'identity created', 101: 'key replaced', 102: 'identity claimed', 110: 'shared resources opened', 200: 'segment opened',
  201: 'segment key replaced', 300: 'record added', 301: 'record amended', 302: 'record marked as an error', 400: 'grant made', 401: 'grant revoked',
  402: 'grant ended', 500: 'access', 900: 'policy registered' };
const byId = (id) => document.getElementById(id);

function say(id, text, kind = '') {
  byId(id).textContent = text;
  byId(id).className = `state ${kind}`;
}

function facts(id, pairs) {
  byId(id).replaceChildren(...pairs.flatMap(([name, value]) => {
    const dt = document.createElement('dt'), dd = document.createElement('dd');
    dt.textContent = name;
    dd.textContent = value;
    return [dt, dd];
  }));
}

const sentence = (error) => error instanceof Refusal ? error.message : 'This file cannot be read.';

async function get(path) {
  const answer = await fetch(path, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer;
}

function showMembers(genesis, cosigners) {
  byId('quorum').textContent = `${genesis.members.length} members; every entry needs the votes of ${genesis.quorum}.`;
  byId('members').replaceChildren(...genesis.members.map((member, i) => {
    const row = document.createElement('tr');
    for (const text of [member.name, member.did, cosigners === null ? '–' : cosigners.includes(i) ? '✓ signed' : 'not signed']) {
      const cell = document.createElement('td');
      cell.textContent = text;
      row.append(cell);
    }
    return row;
  }));
}

async function showCheckpoint(genesis) {
  try {
    const checkpoint = await verifyCheckpoint(await (await get('/ledger/checkpoint')).text(), genesis);
    say('checkpoint-state', `✓ Verified: ${checkpoint.cosigners.length} of ${genesis.members.length} members signed it.`, 'good');
    facts('checkpoint', [['Entries in the directory’s tree', checkpoint.size.toLocaleString('en')], ['Root', hex(checkpoint.root)], ['Log', checkpoint.origin]]);
    showMembers(genesis, checkpoint.cosigners);
  } catch (error) {
    say('checkpoint-state', error instanceof Refusal ? `✗ Refused. ${error.message}` : 'There is no checkpoint yet. It appears within seconds of the first entry.', error instanceof Refusal ? 'bad' : '');
  }
}

async function checkReceipt(file, genesis) {
  facts('receipt', []);
  if (!genesis) return say('receipt-state', 'The genesis file has not been read yet.', 'bad');
  if (file.size > FILE_BYTES_MAX) return say('receipt-state', '✗ Refused. A receipt is never this large.', 'bad');
  try {
    const proved = await verifyReceipt(new Uint8Array(await file.arrayBuffer()), genesis);
    say('receipt-state', `✓ Proved: this entry stands in the ledger.`, 'good');
    facts('receipt', [
      ['What', proved.event === null ? 'its content was erased or withheld' : EVENT_NAMES[proved.event.type] ?? `event of type ${proved.event.type}`],
      ['Outcome', proved.outcome + (proved.reason === null ? '' : ` (HL-${proved.reason})`)],
      ['When', new Date(proved.time).toLocaleString('en', { dateStyle: 'long', timeStyle: 'medium' })],
      ['Signed by', proved.issuer],
      ['Place', `shard ${proved.shard}, block ${proved.height}, leaf ${proved.leaf}`],
      ['Voted for by', proved.voters.map((i) => genesis.members[i].name).join(', ')],
    ]);
  } catch (error) {
    say('receipt-state', `✗ Refused. ${sentence(error)}`, 'bad');
  }
}

let genesis = null;
byId('file').addEventListener('change', (event) => event.target.files[0] && checkReceipt(event.target.files[0], genesis));
const drop = byId('drop');
drop.addEventListener('dragover', (event) => { event.preventDefault(); drop.classList.add('over'); });
drop.addEventListener('dragleave', () => drop.classList.remove('over'));
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  if (event.dataTransfer.files[0]) checkReceipt(event.dataTransfer.files[0], genesis);
});

try {
  genesis = await readGenesis(new Uint8Array(await (await get('/ledger/genesis')).arrayBuffer()));
  byId('network').textContent = `Network ${genesis.network}`;
  showMembers(genesis, null);
  await showCheckpoint(genesis);
  setInterval(() => showCheckpoint(genesis), 5000);
} catch (error) {
  byId('network').textContent = 'Not connected';
  say('checkpoint-state', error instanceof Refusal ? `✗ The genesis file is refused. ${error.message}` : 'The node does not answer.', 'bad');
}
