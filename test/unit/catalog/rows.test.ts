import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as z from "zod";
import accelerators from "../../../src/catalog/data/accelerators.json";
import azureRegionPrices from "../../../src/catalog/data/azureRegionPrices.json";
import closedModels from "../../../src/catalog/data/closedModels.json";
import datasets from "../../../src/catalog/data/datasets.json";
import instances from "../../../src/catalog/data/instances.json";
import prices from "../../../src/catalog/data/prices.json";
import regions from "../../../src/catalog/data/regions.json";
import sources from "../../../src/catalog/data/sources.json";
import { modelRows } from "../../../src/catalog/models";
import { regionRows } from "../../../src/catalog/regions";
import {
  acceleratorRow,
  closedModelRow,
  datasetRow,
  instanceTable,
  modelRow,
  priceTable,
  regionRatios,
  regionTable,
  sourceRow,
} from "../../../src/catalog/rows";

const known = new Set(Object.keys(sources));
const ids = new Set(accelerators.map((row) => row.id));

function checkEach(schema: z.ZodType, rows: readonly unknown[], name: (row: never) => string): void {
  for (const row of rows) {
    const parsed = schema.safeParse(row);
    assert.ok(parsed.success, `${name(row as never)}: ${parsed.error && z.prettifyError(parsed.error)}`);
  }
}

const checkSources = (keys: readonly string[], of: string): void => {
  for (const key of keys) assert.ok(known.has(key), `${of} cites ${key}, which sources.json does not have`);
};

const distinct = (names: readonly string[]): void => assert.deepEqual(names, [...new Set(names)]);

describe("bundled rows", () => {
  it("of accelerators follow the schema and cite known sources", () => {
    checkEach(acceleratorRow, accelerators, (row: { id: string }) => row.id);
    for (const row of accelerators) checkSources(row.sources, row.id);
    distinct(accelerators.map((row) => row.id));
  });

  it("of accelerators have an achievable rate below the peak", () => {
    for (const row of accelerators) {
      const { peak, achievable } = row as { peak: Record<string, number>; achievable?: Record<string, number> };
      for (const [format, rate] of Object.entries(achievable ?? {}))
        assert.ok(rate <= (peak[format] ?? 0), `${row.id} ${format}: ${rate} of ${peak[format]}`);
    }
  });

  it("of accelerators hold dense peaks: 8 bit is at most twice, 4 bit at most seven times 16 bit", () => {
    for (const row of accelerators) {
      const peak = row.peak as Record<string, number | undefined>;
      const half = peak.bf16 ?? peak.fp16;
      if (half === undefined || row.vendor === "AWS" || row.id === "rubin") continue;
      if (peak.fp8) assert.ok(peak.fp8 <= 2.1 * half, `${row.id} fp8`);
      if (peak.fp4) assert.ok(peak.fp4 <= 8.1 * half, `${row.id} fp4`);
    }
  });

  it("of accelerators idle below their TDP", () => {
    for (const row of accelerators as readonly { id: string; idlePower?: number; tdp?: number }[])
      if (row.idlePower && row.tdp) assert.ok(row.idlePower < 0.6 * row.tdp, row.id);
  });

  it("of models follow the schema and cite known sources", () => {
    const rows = modelRows();
    checkEach(modelRow, rows, (row: { id: string }) => row.id);
    for (const row of rows) checkSources(row.sources, row.id);
    distinct(rows.map((row) => row.id));
    checkEach(closedModelRow, closedModels, (row: readonly [string]) => row[0]);
  });

  it("of models that nobody re-read have low confidence", () => {
    for (const row of modelRows())
      if (["K", "KC"].includes(row.sources.join())) assert.equal(row.confidence, "low", row.id);
  });

  it("of accelerators that nobody re-read have low confidence", () => {
    for (const row of accelerators) if (row.sources.join() === "K") assert.equal(row.confidence, "low", row.id);
  });

  it("of machine types follow the schema and hold known accelerators", () => {
    checkEach(instanceTable, [instances], () => "instances.json");
    for (const [provider, table] of Object.entries(instances)) {
      checkSources(table.sources, provider);
      for (const [id, accelerator] of table.rows) assert.ok(ids.has(accelerator as string), `${provider} ${id}`);
      distinct(table.rows.map(([id]) => id as string));
    }
  });

  it("of prices follow the schema, and every priced machine is a known one", () => {
    checkEach(priceTable, [prices], () => "prices.json");
    for (const [provider, table] of Object.entries(prices)) {
      checkSources(table.sources, provider);
      const rows = (instances as Record<string, { rows: (readonly unknown[])[] }>)[provider]?.rows ?? [];
      const types = new Set(rows.map(([id]) => id));
      for (const id of Object.keys(table.onDemand)) assert.ok(types.has(id), `${provider} ${id}`);
      for (const id of Object.keys("perAccelerator" in table ? table.perAccelerator : {})) assert.ok(ids.has(id), id);
    }
  });

  it("of reserved and managed capacity cite known sources, name known machines, and are dearer than the plain ones", () => {
    const { capacityBlock, managed, onDemand } = prices.aws;
    const types = new Set(instances.aws.rows.map(([id]) => id));
    for (const part of [capacityBlock, managed]) {
      checkSources(part.sources, "aws");
      for (const id of Object.keys(part.hourly)) assert.ok(types.has(id), id);
    }
    for (const [id, hourly] of Object.entries(managed.hourly)) {
      const ratio = hourly / ((onDemand as Record<string, number>)[id] ?? Number.NaN);
      assert.ok(ratio >= 1.15 && ratio <= 1.4, `${id}: ${ratio}`);
    }
  });

  it("of prices are the lists after the cuts of mid-2025", () => {
    assert.equal(prices.aws.onDemand["p5.48xlarge"], 55.04);
    assert.ok(prices.aws.onDemand["p4d.24xlarge"] < 22);
    assert.ok(prices.aws.onDemand["p5en.48xlarge"] < 64);
  });

  it("of spot prices lie below on demand, and savings are not negative", () => {
    for (const [type, [least, median, most]] of Object.entries(prices.aws.spotSaving) as [string, number[]][]) {
      assert.ok((least ?? -1) >= 0 && (median ?? 2) <= (most ?? 0) && (most ?? 2) < 1, type);
    }
    for (const [chip, row] of Object.entries(prices.gcp.perAccelerator))
      for (const [region, [low]] of Object.entries(row.spot) as [string, number[]][]) {
        const full = (row.onDemand as Record<string, number>)[region];
        if (full) assert.ok((low ?? 0) < full, `${chip} ${region}`);
      }
  });

  it("of Azure's regions follow the schema and name known machine types", () => {
    checkEach(regionRatios, [azureRegionPrices], () => "azureRegionPrices.json");
    const types = new Set(instances.azure.rows.map(([id]) => id));
    for (const [type, groups] of Object.entries(azureRegionPrices)) {
      assert.ok(types.has(type), type);
      for (const ratio of Object.keys(groups))
        assert.ok(Number(ratio) >= 0.5 && Number(ratio) <= 2.5, `${type} ${ratio}`);
    }
  });

  it("of regions follow the schema; every region has a country, and figures within physical bounds", () => {
    checkEach(regionTable, [regions], () => "regions.json");
    for (const row of regionRows) {
      assert.ok(row.country?.length === 3, `${row.provider} ${row.region}`);
      if (row.pue !== undefined) assert.ok(row.pue >= 1 && row.pue < 2, row.region);
      if (row.carbon !== undefined) assert.ok(row.carbon > 0 && row.carbon < 1000, row.region);
      if (row.waterOnSite !== undefined) assert.ok(row.waterOnSite >= 0 && row.waterOnSite < 5, row.region);
      if (row.carbonSource) checkSources([row.carbonSource], row.region);
    }
    distinct(regionRows.map((row) => `${row.provider}/${row.region}`));
  });

  it("of datasets follow the schema", () => {
    checkEach(datasetRow, datasets, (row: readonly [string]) => row[0]);
    distinct(datasets.map(([id]) => id as string));
  });

  it("of sources carry a licence, and share-alike ones an attribution", () => {
    checkEach(sourceRow, Object.values(sources), (row: { title: string }) => row.title);
    for (const row of Object.values(sources) as { title: string; licence: string; attribution?: string }[])
      if (/CC BY|AGPL|MPL-2.0|SA/.test(row.licence) && !/gpuhunt/.test(row.title))
        assert.ok(row.attribution, row.title);
  });
});
