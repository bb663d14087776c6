import assert from "node:assert/strict";
import { test } from "node:test";
import { toDecimal, toMoney } from "./money.js";

const AMOUNTS: [string, bigint, number][] = [
  ["0.00", 0n, 0],
  ["40.00", 40n, 0],
  ["0.05", 0n, 50_000_000],
  ["-0.05", 0n, -50_000_000],
  ["-1.75", -1n, -750_000_000],
  ["9007199254740993.10", 9_007_199_254_740_993n, 100_000_000], // beyond what a number holds exactly
  ["1.000000001", 1n, 1],
];

for (const [decimal, units, nanos] of AMOUNTS) {
  test(`${units} and ${nanos} nanos are ${decimal}`, () => {
    const money = { currencyCode: "EUR", units, nanos };
    assert.equal(toDecimal(money), decimal);
    assert.equal(toDecimal({ ...money, units: String(units) }), decimal);
    assert.deepEqual(toMoney(decimal, "EUR"), money);
  });
}

test("nanos beyond a unit are carried, as in sums", () => {
  assert.equal(toDecimal({ currencyCode: "EUR", units: 1n, nanos: 1_500_000_000 }), "2.50");
  assert.equal(toDecimal({ currencyCode: "EUR", units: 1n, nanos: -250_000_000 }), "0.75");
});

for (const text of ["", "1,75", "1e3", "0.0000000001", "--1", "1."]) {
  test(`"${text}" is no amount`, () => {
    assert.throws(() => toMoney(text, "EUR"), RangeError);
  });
}
