// A receipt (FORMATS.md section 5), checked with nothing but the genesis, however often members changed since.
import { appendConfigurations, founders, lengthOfProofs } from './configuration.js';
import { checkReceipt, OWN_BYTES_MAX, readReceipt } from './receipt-check.js';
import { require } from './refusal.js';
import { equal } from './bytes.js';
import * as shape from './shape.js';

/**
 * @param {Uint8Array} file
 * @param genesis what readGenesis returned
 * @param known configurations known from elsewhere (readHistory); the founders alone where not given
 * @returns what the receipt proves, or throws a Refusal
 */
export async function verifyReceipt(file, genesis, name = 'receipt', known = founders(genesis)) {
  const map = readReceipt(file, name), list = shape.array(map.get(12), `${name}.12`, 0, 4096);
  require(file.length - lengthOfProofs(list, `${name}.12`) <= OWN_BYTES_MAX, name, 'too large');
  const certificate = shape.map(map.get(11), `${name}.11`, [1, 2, 3, 4, 5, 6, 7]), number = shape.uint(certificate.get(2), `${name}.11.2`, 4096);
  let configurations = known;
  if (list.length > 0) {
    require(list.length === number, `${name}.12`, 'not the configurations from the genesis to the one of the certificate');
    configurations = await appendConfigurations(founders(genesis), list, genesis, `${name}.12`);
    for (let i = 0; i < Math.min(known.length, configurations.length); i++)
      require(equal(known[i].hash, configurations[i].hash), `${name}.12`, 'another configuration of this number is known: members have decided twice');
  }
  require(number < configurations.length, `${name}.11.2`, 'of a configuration that is not proved by what is at hand');
  return checkReceipt(map, genesis, configurations[number], name);
}
