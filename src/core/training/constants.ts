/**
 * Constants of the training-time model. Written by scripts/calibration/training.ts from published measurements; do not edit by hand.
 */
export const trainingCalibration = {
  "method": "Huber-weighted Gauss-Newton in log space with a log-normal prior on each constant; sources weigh with the root of their rows; intervals from four folds by source, model and accelerator and from left-out sources",
  "date": "2026-11-21",
  "rows": 503,
  "constants": {
    "matmul": 0.9,
    "memoryVendor": 13.6,
    "memoryCompiled": 11.7,
    "memoryTypical": 12,
    "headBytes": 33.5,
    "attentionAmpere": 0.424,
    "attentionHopper": 0.248,
    "attentionHopperVendor": 0.696,
    "attentionBlackwell": 0.73,
    "attentionHalf": 927,
    "narrowExperts": 339,
    "expertLaunch": 0.00469,
    "tensorExposed": 1.1,
    "shardExposed": 0.338,
    "dataExposed": 0.395,
    "scale": 0.00952,
    "software": 0.857,
    "offloadRate": 7690000000,
    "goodputVendor": 0.948,
    "goodputTypical": 0.726,
    "rolloutTrain": 1.64,
    "rolloutLayer": 0.0000974,
    "rolloutTail": 1.44,
    "rolloutFixed": 4.88
  },
  "sigma": {
    "step": 0.11,
    "stepExperts": 0.34,
    "run": 0.2,
    "runExperts": 0.41,
    "runTuned": 0.075,
    "tuneVendor": 0.19,
    "tuneVendorRun": 0.16,
    "tune": 0.35,
    "reinforcement": 0.75
  },
  "residuals": [
    {
      "figure": "training.throughput",
      "source": "mosaic",
      "rows": 51,
      "median": 0.044,
      "p90": 0.13,
      "bias": 1.01,
      "foldMedian": 0.051,
      "withoutSourceMedian": 0.063,
      "withoutSourceBias": 0.971
    },
    {
      "figure": "training.throughput",
      "source": "torchtitan",
      "rows": 10,
      "median": 0.12,
      "p90": 0.44,
      "bias": 0.94,
      "foldMedian": 0.14,
      "withoutSourceMedian": 0.14,
      "withoutSourceBias": 0.935
    },
    {
      "figure": "training.throughput",
      "source": "megatron-bridge",
      "rows": 11,
      "median": 0.045,
      "p90": 0.14,
      "bias": 0.988,
      "foldMedian": 0.051,
      "withoutSourceMedian": 0.059,
      "withoutSourceBias": 0.95
    },
    {
      "figure": "training.throughput",
      "source": "megatron-lm",
      "rows": 7,
      "median": 0.051,
      "p90": 0.23,
      "bias": 1.02,
      "foldMedian": 0.061,
      "withoutSourceMedian": 0.053,
      "withoutSourceBias": 1.03
    },
    {
      "figure": "training.throughput",
      "source": "stas00",
      "rows": 2,
      "median": 0.018,
      "p90": 0.018,
      "bias": 0.993,
      "foldMedian": 0.15,
      "withoutSourceMedian": 0.13,
      "withoutSourceBias": 0.867
    },
    {
      "figure": "training.throughputExperts",
      "source": "megatron-bridge",
      "rows": 42,
      "median": 0.15,
      "p90": 0.59,
      "bias": 1.03,
      "foldMedian": 0.17,
      "withoutSourceMedian": 0.15,
      "withoutSourceBias": 1.03
    },
    {
      "figure": "training.duration",
      "source": "mlperf-training",
      "rows": 17,
      "median": 0.041,
      "p90": 0.083,
      "bias": 0.999,
      "foldMedian": 0.044,
      "withoutSourceMedian": 0.044,
      "withoutSourceBias": 1.04
    },
    {
      "figure": "training.acceleratorHours",
      "source": "literature",
      "rows": 23,
      "median": 0.16,
      "p90": 0.29,
      "bias": 0.939,
      "foldMedian": 0.14,
      "withoutSourceMedian": 0.17,
      "withoutSourceBias": 0.894
    },
    {
      "figure": "training.acceleratorHoursExperts",
      "source": "literature",
      "rows": 2,
      "median": 0.95,
      "p90": 0.95,
      "bias": 1.95,
      "foldMedian": 0.99,
      "withoutSourceMedian": 0.91,
      "withoutSourceBias": 1.91
    },
    {
      "figure": "tuning.throughput",
      "source": "megatron-bridge",
      "rows": 6,
      "median": 0.035,
      "p90": 0.11,
      "bias": 0.97,
      "foldMedian": 0.029,
      "withoutSourceMedian": 0.062,
      "withoutSourceBias": 0.942
    },
    {
      "figure": "tuning.throughput",
      "source": "mlperf-training",
      "rows": 42,
      "median": 0.083,
      "p90": 0.37,
      "bias": 1.02,
      "foldMedian": 0.085,
      "withoutSourceMedian": 0.085,
      "withoutSourceBias": 1
    },
    {
      "figure": "tuning.throughput",
      "source": "torchtune",
      "rows": 2,
      "median": 0.45,
      "p90": 0.45,
      "bias": 0.639,
      "foldMedian": 0.45,
      "withoutSourceMedian": 0.45,
      "withoutSourceBias": 0.639
    },
    {
      "figure": "tuning.duration",
      "source": "mlperf-training",
      "rows": 42,
      "median": 0.095,
      "p90": 0.34,
      "bias": 1.03,
      "foldMedian": 0.13,
      "withoutSourceMedian": 0.12,
      "withoutSourceBias": 1.09
    },
    {
      "figure": "rl.throughput",
      "source": "nemo-rl",
      "rows": 9,
      "median": 0.27,
      "p90": 3.9,
      "bias": 1.04,
      "foldMedian": 0.51,
      "withoutSourceMedian": 0.31,
      "withoutSourceBias": 1.05
    },
    {
      "figure": "rl.duration",
      "source": "nemo-rl",
      "rows": 9,
      "median": 0.23,
      "p90": 1.7,
      "bias": 1.06,
      "foldMedian": 0.4,
      "withoutSourceMedian": 0.25,
      "withoutSourceBias": 0.987
    }
  ]
} as const;

export type TrainingConstants = { readonly [K in keyof typeof trainingCalibration.constants]: number };
export const trainingConstants: TrainingConstants = trainingCalibration.constants;
