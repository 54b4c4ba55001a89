/** Things of known size to set beside a large energy, each with its source. */

export interface Yardstick {
  readonly label: string;
  /** Plural noun phrase for `3.2 …`. */
  readonly plural: string;
  readonly kWh: number;
  readonly source: string;
}

export const yardsticks: readonly Yardstick[] = [
  {
    label: "a household's year of electricity in the EU",
    plural: "household-years of electricity (EU, 3,600 kWh)",
    kWh: 3600,
    source: "Odyssee-Mure, electricity consumption per dwelling, November 2025",
  },
  {
    label: "a household's year of electricity in the US",
    plural: "household-years of electricity (US, 10,715 kWh)",
    kWh: 10_715,
    source: "US EIA, FAQ 97, figure of 2020",
  },
  {
    label: "the training of GPT-3",
    plural: "trainings of GPT-3 (1,287 MWh)",
    kWh: 1.287e6,
    source: "Patterson et al. 2021, arXiv 2104.10350",
  },
  {
    label: "Google's electricity of 2021",
    plural: "times Google's electricity of 2021 (18.3 TWh)",
    kWh: 18.3e9,
    source: "de Vries 2023, Joule 7, after Google's environmental report 2022",
  },
  {
    label: "Ireland's year of electricity",
    plural: "times Ireland's year of electricity (29.3 TWh)",
    kWh: 29.3e9,
    source: "de Vries 2023, Joule 7",
  },
  {
    label: "the Three Gorges power station's year",
    plural: "times the yearly output of the Three Gorges power station (about 100 TWh)",
    kWh: 100e9,
    source: "JST China news, 9 January 2019: more than 100 TWh in 2018, for the first time",
  },
  {
    label: "US data centres' year",
    plural: "times US data centres' year (200 TWh in 2022, 4 % of the country's electricity)",
    kWh: 200e9,
    source: "IEA, Electricity 2024",
  },
  {
    label: "data centres, AI and cryptocurrencies of the world in 2022",
    plural: "times the world's data centres, AI and cryptocurrencies (460 TWh in 2022)",
    kWh: 460e9,
    source: "IEA, Electricity 2024",
  },
];

export interface Comparison {
  readonly yardstick: Yardstick;
  /** Energy over yardstick. */
  readonly ratio: number;
}

/** Smallest energy worth a comparison: a tenth of a household's year. */
const smallest = 360;

/** How far from 1 a ratio reads: a small part of something is harder to picture than several of it. */
const distance = (ratio: number): number => (ratio >= 0.3 ? Math.abs(Math.log(ratio)) : -2 * Math.log(ratio));

/** The two yardsticks nearest in size to an energy in kWh, nearest first; none for everyday energies. */
export function comparisonsOf(kWh: number): readonly Comparison[] {
  if (!(kWh >= smallest && Number.isFinite(kWh))) return [];
  return yardsticks
    .map((yardstick) => ({ yardstick, ratio: kWh / yardstick.kWh }))
    .sort((a, b) => distance(a.ratio) - distance(b.ratio))
    .slice(0, 2);
}

/** `1.00 times Ireland's year of electricity (29.3 TWh)`. */
export function comparisonText({ yardstick, ratio }: Comparison): string {
  const digits =
    ratio >= 1000
      ? Math.round(ratio).toLocaleString("en-US")
      : ratio >= 100
        ? `${Number(ratio.toPrecision(2))}`
        : ratio.toPrecision(2);
  return `${digits} ${yardstick.plural}`;
}
