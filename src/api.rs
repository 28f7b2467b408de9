//! The door for host pages: conversion only.
