// A text that stands in a box is copied by one press; without this file one marks it by hand. Old telephones have
// neither clipboard nor arrow functions.
"use strict";

(function () {
  function copied(box) {
    box.focus();
    box.select();
    box.setSelectionRange(0, box.value.length);
    try {
      return document.execCommand("copy");
    } catch (problem) {
      return false;
    }
  }

  function helps(button) {
    var box = document.getElementById(button.getAttribute("data-copies"));
    button.hidden = false;
    button.addEventListener("click", function () {
      if (copied(box)) {
        button.textContent = button.getAttribute("data-done");
      }
    });
  }

  var buttons = document.querySelectorAll("[data-copies]");
  for (var place = 0; place < buttons.length; place += 1) {
    helps(buttons[place]);
  }
})();
