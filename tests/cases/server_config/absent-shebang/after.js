#!/usr/bin/env node
'use strict';
module.exports = { port: 1337, url: process.env.PUBLIC_URL ?? '' };
