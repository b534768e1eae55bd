#!/usr/bin/env node
'use strict';
module.exports = { port: 1337 };
