// Dots for the reader, JSON for the script that adds the suites up.
const { reporters } = require("mocha");

module.exports = class DotsAndJson extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    new reporters.Dot(runner, options);
    new reporters.JSON(runner, { ...options, reporterOption: options.reporterOptions });
  }
};
