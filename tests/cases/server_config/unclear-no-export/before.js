exports.port = 1337;
