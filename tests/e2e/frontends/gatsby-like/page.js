document.title = "Corner Cafe";
